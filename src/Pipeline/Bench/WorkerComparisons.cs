using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>The worker as shipped against the same product set otherwise: other batches, no telemetry, a second worker.</summary>
internal sealed class WorkerComparisons(BenchStand stand, BenchLane shipped, int rounds)
{
    public static readonly string[] OfBatching = ["pipeline.vs_simple", "pipeline.vs_naive"];
    public static readonly string[] OfTelemetry = ["pipeline.telemetry_cost"];
    public static readonly string[] OfScale = ["pipeline.scale_two_workers"];
    public static readonly string[] OfSleep = ["pipeline.scale_two_workers_sleep"];

    // One transaction each: a whole round would take longer than all the rest.
    private const int NaiveShare = 8;

    // Many short turns: what else the machine does changes over seconds, and then meets both alike.
    private const int TelemetryTurns = 8;

    private const int LeastScaleTurns = 9;
    private const int SpareScaleTurns = 6;

    private static readonly string[] AsShipped = [];

    // A budget that holds any 32 texts and one thread: one call of the graph for them as they came, padded to their longest.
    private static readonly string[] Simple = ["Ingest:BatchRecords=32", "Embed:TokenBudget=65536", "Embed:CallTokens=65536", "Embed:Threads=1"];
    private static readonly string[] Naive = ["Ingest:BatchRecords=1"];
    private static readonly string[] NoBank = ["Bank:Starter="];
    private static readonly string[] SmallBatches = [.. NoBank, "Ingest:BatchRecords=32"];
    private static readonly Dictionary<string, string> NoChange = [];

    /// <summary>Fewer than the rounds of the worker against its baseline, which need the most; a median wants five where the machine wavers.</summary>
    public static int TurnsOf(int rounds) => Math.Max(5, rounds / 2);

    public async Task<IReadOnlyList<BenchFigure>> BatchingAsync(CancellationToken cancellation)
    {
        var turns = Math.Max(1, rounds / 2);
        var simple = new LaneTurns(stand, "batches of 32 in arrival order");
        await using (var lane = await OpenAsync("simple", Simple, NoChange, 1, cancellation))
        {
            await simple.TakeAsync(shipped, stand.Texts, lane, stand.Texts, turns, cancellation);
        }

        var naive = new LaneTurns(stand, "one record at a time");
        await using (var lane = await OpenAsync("naive", Naive, NoChange, 1, cancellation))
        {
            await naive.TakeAsync(shipped, stand.Texts, lane, stand.Texts.Every(NaiveShare), turns, cancellation);
        }

        return
        [
            BenchFigure.OfRuns("pipeline.vs_simple", simple.WallRatios, "1", BenchFigure.Higher, 1.5, Invariant($"items/s over those of the same worker with batches of 32 in arrival order, one call of the graph on one thread and one commit each: {simple.Rates}; ratio per CPU-second {BenchFigure.Median(simple.CpuRatios):0.00}")),
            BenchFigure.OfRuns("pipeline.vs_naive", naive.WallRatios, "1", BenchFigure.Higher, 3, Invariant($"items/s over those of the same worker with one record a batch and a commit each, every {NaiveShare}th text: {naive.Rates}; ratio per CPU-second {BenchFigure.Median(naive.CpuRatios):0.00}")),
        ];
    }

    // Inference and search say the same of themselves with telemetry on and off, and waver by more than all that telemetry
    // costs. So that is measured where they stand still, and set against what an item costs the worker as shipped.
    public async Task<IReadOnlyList<BenchFigure>> TelemetryAsync(CancellationToken cancellation)
    {
        var whole = 1 / await shipped.CpuRateAsync(stand.Texts, cancellation);
        await using var lane = await OpenAsync("switched", NoBank, new() { [SwitchedTelemetry.Variable] = "1", [SleepingEncoder.Variable] = "1" }, 1, cancellation);
        var turns = new LaneTurns(stand, "telemetry on against off", on => lane.Workers[0].SwitchTelemetryAsync(on, cancellation));
        await turns.TakeAsync(lane, stand.Texts, lane, stand.Texts, rounds * TelemetryTurns, cancellation);
        double[] ratios = [.. turns.CpuDifferences.Select(difference => (whole - difference) / whole)];
        var (low, high) = RatioInterval.Of(ratios);
        return
        [
            new("pipeline.telemetry_cost", low, "1", 0.97, BenchFigure.Higher, ratios, Invariant(
                $"CPU an item with telemetry off over CPU with it on and metrics read once in {stand.Texts.Texts.Count} items: the lower end of the 95 % interval {low:0.000} to {high:0.000} of the median of {ratios.Length} turns ({BenchFigure.Median(ratios):0.000}); what it adds is measured in one worker that switches and sleeps in place of inference ({BenchFigure.Median(turns.CpuDifferences) * 1e6:0.0} µs an item), and set against {whole * 1e3:0.00} ms of the worker as shipped; {turns.Rates}")),
        ];
    }

    public async Task<IReadOnlyList<BenchFigure>> ScaleAsync(CancellationToken cancellation)
    {
        var turns = new LaneTurns(stand, "two workers against one", spare: SpareScaleTurns);
        await using (var lane = await OpenAsync("pair", AsShipped, NoChange, 2, cancellation))
        {
            await turns.TakeAsync(lane, stand.Texts, shipped, stand.Texts, Math.Max(TurnsOf(rounds), LeastScaleTurns), cancellation);
        }

        return
        [
            BenchFigure.OfRuns("pipeline.scale_two_workers", turns.WallRatios, "1", BenchFigure.Higher, 0.95, Invariant(
                $"items/s of two workers that share the partitions over those of one, {Environment.ProcessorCount} cores for all; rounds during which the machine changed the least: {turns.Rates}; ratio per CPU-second {BenchFigure.Median(turns.CpuRatios):0.00}")),
        ];
    }

    public async Task<IReadOnlyList<BenchFigure>> SleepAsync(CancellationToken cancellation)
    {
        var turns = new LaneTurns(stand, "two sleeping workers against one");
        Dictionary<string, string> sleeping = new() { [SleepingEncoder.Variable] = "20" };
        await using (var one = await OpenAsync("sleep-one", SmallBatches, sleeping, 1, cancellation))
        await using (var two = await OpenAsync("sleep-two", SmallBatches, sleeping, 2, cancellation))
        {
            await turns.TakeAsync(two, stand.Texts, one, stand.Texts, TurnsOf(rounds), cancellation);
        }

        return
        [
            BenchFigure.OfRuns("pipeline.scale_two_workers_sleep", turns.WallRatios, "1", BenchFigure.Higher, 1.9, Invariant(
                $"the same with 20 ms of sleep in place of each call of the graph with {SleepingEncoder.RowsOfACall} rows, batches of 32 records: {turns.Rates}")),
        ];
    }

    private async Task<BenchLane> OpenAsync(string name, string[] settings, Dictionary<string, string> environment, int workers, CancellationToken cancellation)
    {
        await stand.Progress.WriteLineAsync($"starting {(workers == 1 ? "a worker" : $"{workers} workers")} ({name})");
        var lane = await stand.OpenLaneAsync(name, settings.Contains(NoBank[0]) ? 0 : BenchStand.BankEntries, cancellation);
        for (var i = 0; i < workers; i++)
        {
            await lane.AddWorkerAsync(settings, environment, cancellation);
        }

        return lane;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
