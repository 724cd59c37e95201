namespace Vigil.Pipeline.Bench;

/// <param name="Data">A content file in place of the shipped stream's texts; null: those.</param>
/// <param name="Items">Items of a round.</param>
/// <param name="LatencySeconds">How long each of three loads for the latency is kept up.</param>
/// <param name="Only">Names of the figures wanted; none: all.</param>
/// <param name="Soak">Also the million records.</param>
/// <param name="Kafka">Folder of an Apache Kafka; null: the one beside the repository, if there is one.</param>
internal sealed record PipelineBenchOptions(string? Data, int Items, int Rounds, int LatencySeconds, IReadOnlySet<string> Only, bool Soak, string? Kafka);

/// <summary>
/// `vigil bench pipeline`: the whole worker against its encoder and exact search alone, against itself set otherwise, and what it
/// takes beside its work. Broker and workers are processes of their own, so that only the workers' CPU counts as theirs.
/// </summary>
internal sealed class PipelineBench(PipelineBenchOptions options, TimeProvider time, TextWriter progress)
{
    /// <summary>Every figure there is, in the order in which they are measured.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. PipelineFigures.OfEfficiency, .. PipelineFigures.OfLatency, .. WorkerComparisons.OfBatching, .. WorkerComparisons.OfTelemetry,
        .. WorkerComparisons.OfScale, .. WorkerComparisons.OfSleep, .. DeliveryRounds.Names, .. WorkerFootprint.OfStart, .. WorkerFootprint.OfMemory, .. WorkerFootprint.OfSoak,
    ];

    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        var texts = BenchTexts.Load(options.Data, options.Items);
        await progress.WriteLineAsync("starting broker and worker");
        await using var stand = await BenchStand.StartAsync(texts, time, progress, cancellation);
        await using var shipped = await stand.OpenLaneAsync("shipped", BenchStand.BankEntries, cancellation);
        await shipped.AddWorkerAsync([], new Dictionary<string, string>(), cancellation);
        return new("pipeline", Machine.Here(), await BenchPart.AllAsync(Parts(stand, shipped), options.Only, cancellation));
    }

    private IEnumerable<BenchPart> Parts(BenchStand stand, BenchLane shipped)
    {
        var compared = new WorkerComparisons(stand, shipped, options.Rounds);
        var footprint = new WorkerFootprint(stand);
        return
        [
            new(PipelineFigures.OfEfficiency, new EfficiencyRounds(stand, shipped, options.Rounds).MeasureAsync),
            new(PipelineFigures.OfLatency, new LatencyLoad(stand, shipped, options.LatencySeconds).MeasureAsync),
            new(WorkerComparisons.OfBatching, compared.BatchingAsync),
            new(WorkerComparisons.OfTelemetry, compared.TelemetryAsync),
            new(WorkerComparisons.OfScale, compared.ScaleAsync),
            new(WorkerComparisons.OfSleep, compared.SleepAsync),
            new(DeliveryRounds.Names, new DeliveryRounds(stand, options.Kafka, WorkerComparisons.TurnsOf(options.Rounds)).MeasureAsync),
            new(WorkerFootprint.OfStart, footprint.StartAsync),
            new(WorkerFootprint.OfMemory, footprint.MemoryAsync),
            new(WorkerFootprint.OfSoak, stop => footprint.SoakAsync(shipped, options.Soak, stop)),
        ];
    }
}
