using System.Globalization;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.View;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline.Bench;

/// <param name="Data">A content file in place of the shipped stream's texts for the load; null: those.</param>
/// <param name="Entries">Exemplars of the exact search.</param>
/// <param name="Rounds">Search and multiply in turn.</param>
/// <param name="Seconds">How long entries come and go.</param>
/// <param name="Only">Names of the figures wanted; none: all.</param>
internal sealed record RecallBenchOptions(string? Data, int Entries, int Rounds, int Seconds, IReadOnlySet<string> Only);

/// <summary>`vigil bench recall`: the exact search against a bare matrix multiply, and the way of a changed entry to the items that meet it.</summary>
internal sealed class RecallBench(RecallBenchOptions options, TimeProvider time, TextWriter progress)
{
    private const int ItemsOfARound = 2_000;
    private const int AtOnce = 4;
    private const int Runs = 3;
    private const double Bound = 1;

    private static readonly string[] OfDelays = ["recall.add_to_match_p99_s", "recall.disable_p99_s"];

    public static IReadOnlyList<string> Names { get; } = [.. ExactAgainstMultiply.Names, .. OfDelays];

    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        BenchPart[] parts =
        [
            new(ExactAgainstMultiply.Names, new ExactAgainstMultiply(BenchStand.LoadBank(), options.Entries, options.Rounds, time, progress).MeasureAsync),
            new(OfDelays, DelaysAsync),
        ];
        return new("recall", Machine.Here(), await BenchPart.AllAsync(parts, options.Only, cancellation));
    }

    private async Task<IReadOnlyList<BenchFigure>> DelaysAsync(CancellationToken cancellation)
    {
        await progress.WriteLineAsync("starting broker, worker and bank role");
        await using var stand = await BenchStand.StartAsync(BenchTexts.Load(options.Data, ItemsOfARound), time, progress, cancellation);
        await using var lane = await stand.OpenLaneAsync("recall", BenchStand.BankEntries, cancellation);
        await lane.AddWorkerAsync([], new Dictionary<string, string>(), cancellation);
        await lane.AddBankRoleAsync(cancellation);
        await lane.WarmUpAsync(stand.Texts, LatencyLoad.LoadShare, cancellation);
        // The first change ever finds connections to be made; a bank that lives has had one.
        await DelaysOf(lane).RunAsync(1, TimeSpan.Zero, cancellation);
        List<DelayRun> runs = [];
        while (runs.Count < Runs)
        {
            runs.Add(await RunAsync(stand, lane, runs.Count + 1, cancellation));
        }

        var conditions = string.Create(
            CultureInfo.InvariantCulture,
            $"at {LatencyLoad.LoadShare:P0} of {string.Join(", ", runs.Select(run => run.Full.ToString("0", CultureInfo.InvariantCulture)))} items/s, measured before each run, bank of {BenchStand.BankEntries} entries and more, {AtOnce} entries on their way at once; others took {runs.Max(run => run.OthersShare):P0} of the machine");
        return
        [
            Delay(OfDelays[0], [.. runs.Select(run => run.Adds)], $"from sending the entry to bank until the first item that names it is read back, items every {BankDelays.Pace.TotalMilliseconds:0} ms; {conditions}"),
            Delay(OfDelays[1], [.. runs.Select(run => run.Disables)], $"from sending the state until the first later item that does not name it is read back; {conditions}"),
        ];
    }

    private async Task<DelayRun> RunAsync(BenchStand stand, BenchLane lane, int number, CancellationToken cancellation)
    {
        var full = await lane.FullRateAsync(stand.Texts, cancellation);
        var probes = AtOnce / BankDelays.Pace.TotalSeconds;
        var rate = Math.Max(1, (LatencyLoad.LoadShare * full) - probes);
        var span = TimeSpan.FromSeconds(options.Seconds / (double)Runs);
        await progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{number} of {Runs}: {span.TotalSeconds:0} s of entries that come and go, {rate:0} items/s and {probes:0} of their texts beside them"));
        var delays = DelaysOf(lane);
        var others = stand.WatchOthers(lane);
        await Task.WhenAll(lane.LoadAsync(stand.Texts, rate, span, cancellation), delays.RunAsync(AtOnce, span, cancellation));
        return new(delays.Adds, delays.Disables, full, others.Share());
    }

    private BankDelays DelaysOf(BenchLane lane) => new(lane, PolicyFiles.Load(VigilHome.Policies).Policies[0].Id, time);

    /// <summary>The median of the runs' 99th percentiles.</summary>
    internal static BenchFigure Delay(string name, IReadOnlyList<IReadOnlyList<double>> runs, string note)
    {
        if (runs.Any(run => run.Count == 0))
        {
            return new(name, null, "s", Bound, BenchFigure.Lower, [], "no entry came through");
        }

        var all = runs.SelectMany(run => run).Order().ToList();
        return BenchFigure.OfRuns(name, [.. runs.Select(run => RecentValues.At([.. run.Order()], 0.99))], "s", BenchFigure.Lower, Bound, string.Create(
            CultureInfo.InvariantCulture, $"{note}; {all.Count} changes, median {RecentValues.At(all, 0.5):0.000} s, longest {all[^1]:0.000} s"));
    }

    private sealed record DelayRun(IReadOnlyList<double> Adds, IReadOnlyList<double> Disables, double Full, double OthersShare);
}
