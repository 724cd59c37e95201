using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>What a worker takes before and beside its work: time to be ready, memory, and whether it grows.</summary>
internal sealed class WorkerFootprint(BenchStand stand)
{
    public static readonly string[] OfStart = ["pipeline.start_to_ready_s"];
    public static readonly string[] OfMemory = ["pipeline.worker_rss_mb"];
    public static readonly string[] OfSoak = ["pipeline.rss_growth_1m"];

    private const int LargeBank = 50_000;
    private const int Starts = 3;
    private const int Rounds = 3;
    private const int SoakRounds = 100;
    private const int SoakRoundItems = 10_000;
    private const int SoakReadings = 10;
    private const int ShortText = 60;

    // Ids that a worker remembers (20,000 for each of 12 partitions) take memory as they come; from then on nothing may.
    private const int SoakWarmUp = 30;

    private static readonly Dictionary<string, string> NoChange = [];

    public async Task<IReadOnlyList<BenchFigure>> StartAsync(CancellationToken cancellation)
    {
        List<double> seconds = [];
        List<double> cpu = [];
        for (var i = 0; i < Starts; i++)
        {
            await using var lane = await stand.OpenLaneAsync($"start-{i}", BenchStand.BankEntries, cancellation);
            var worker = await lane.AddWorkerAsync([], NoChange, cancellation);
            seconds.Add(worker.StartSeconds);
            cpu.Add(worker.CpuSeconds);
            await stand.Progress.WriteLineAsync(Invariant($"start {i + 1} of {Starts}: ready after {seconds[^1]:0.0} s, {cpu[^1]:0.0} s of CPU"));
        }

        return
        [
            BenchFigure.OfRuns("pipeline.start_to_ready_s", seconds, "s", BenchFigure.Lower, 6, Invariant(
                $"from starting the process to its first answer on /health/ready, bank of {BenchStand.BankEntries} entries on bank-index; {BenchFigure.Median(cpu):0.0} s of CPU; machine load {Machine.Load():0.0}")),
        ];
    }

    public async Task<IReadOnlyList<BenchFigure>> MemoryAsync(CancellationToken cancellation)
    {
        await stand.Progress.WriteLineAsync($"starting a worker with {LargeBank} exemplars");
        await using var lane = await stand.OpenLaneAsync("large", LargeBank, cancellation);
        var worker = await lane.AddWorkerAsync([], NoChange, cancellation);
        List<double> megabytes = [];
        for (var round = 0; round < Rounds; round++)
        {
            await lane.RoundAsync(stand.Texts, cancellation);
            megabytes.Add(worker.ResidentMegabytes);
        }

        return
        [
            new("pipeline.worker_rss_mb", megabytes.Max(), "MB", 700, BenchFigure.Lower, megabytes, Invariant(
                $"the most that was resident after each of {Rounds} rounds of {stand.Texts.Texts.Count} texts, {LargeBank} exemplars; 1 MB = 1,048,576 bytes")),
        ];
    }

    /// <param name="wanted">A million records take a quarter of an hour and more: only where it is asked for.</param>
    public async Task<IReadOnlyList<BenchFigure>> SoakAsync(BenchLane lane, bool wanted, CancellationToken cancellation)
    {
        if (!wanted)
        {
            return [BenchFigure.NotMeasured("pipeline.rss_growth_1m", "1", BenchFigure.Lower, "a million records take a quarter of an hour and more; ask for it with --soak (bound 0.05)")];
        }

        var texts = stand.Texts.Short(ShortText, SoakRoundItems);
        List<double> megabytes = [];
        for (var round = 0; round < SoakWarmUp + SoakRounds; round++)
        {
            var taken = await lane.RoundAsync(texts, cancellation);
            lane.Reader.TakeLatencies();
            megabytes.Add(lane.Workers[0].ResidentMegabytes);
            await stand.Progress.WriteLineAsync(Invariant($"soak {(round + 1) * SoakRoundItems:#,0} records: {megabytes[^1]:0} MB resident, {taken.PerSecond:0} items/s"));
        }

        return [Growth(megabytes)];
    }

    /// <param name="megabytes">After each round, those of the warm-up included.</param>
    internal static BenchFigure Growth(IReadOnlyList<double> megabytes)
    {
        // The median of ten readings each: one alone depends on when the collector last ran.
        var first = BenchFigure.Median([.. megabytes.Skip(SoakWarmUp).Take(SoakReadings)]);
        var last = BenchFigure.Median([.. megabytes.TakeLast(SoakReadings)]);
        return new("pipeline.rss_growth_1m", (last / first) - 1, "1", 0.05, BenchFigure.Lower, [.. megabytes.Where((_, round) => round % SoakReadings == SoakReadings - 1)], Invariant(
            $"resident memory over the last {SoakReadings * SoakRoundItems:#,0} of {SoakRounds * SoakRoundItems:#,0} records of at most {ShortText} characters, over that of the first {SoakReadings * SoakRoundItems:#,0} ({first:0} MB), less 1; {SoakWarmUp * SoakRoundItems:#,0} before them have filled the windows of duplicates; runs: MB after every {SoakReadings * SoakRoundItems:#,0}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
