using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>A load that was kept up for a while.</summary>
/// <param name="Sorted">Seconds of each record, ascending.</param>
/// <param name="Full">Records a second that the worker can take, measured just before.</param>
/// <param name="FullAfter">The same, measured just after.</param>
/// <param name="OthersShare">What others took of the machine's CPU meanwhile, 0 to 1.</param>
/// <param name="Slowness">Of the machine itself meanwhile (<see cref="MachinePace"/>).</param>
internal sealed record LatencyRun(IReadOnlyList<double> Sorted, double Full, double FullAfter, double OthersShare, double Slowness)
{
    // A load that was 70 % when it began is something else if the machine has become slower or faster since.
    private const double Alike = 0.1;

    private const double Quiet = 0.08;

    public bool IsSteady => Math.Abs(FullAfter - Full) <= Alike * Full;

    /// <summary>Whether the machine was as fast after it as before, and all the while.</summary>
    public bool IsQuiet => IsSteady && Slowness <= Quiet;
}

/// <summary>How long items take through the worker when it is busy for a good part of the time, not all of it.</summary>
internal sealed class LatencyLoad(BenchStand stand, BenchLane lane, int seconds)
{
    public const double LoadShare = 0.7;

    private const int Counted = 3;
    private const int MostTries = 9;

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        await lane.WarmUpAsync(stand.Texts, LoadShare, cancellation);
        List<LatencyRun> runs = [];
        // Each time anew: what the machine can do changes from minute to minute, and with it what a part of it is.
        var full = await lane.FullRateAsync(stand.Texts, cancellation);
        while (runs.Count(run => run.IsQuiet) < Counted && runs.Count < MostTries)
        {
            runs.Add(await RunAsync(full, cancellation));
            full = runs[^1].FullAfter;
            await stand.Progress.WriteLineAsync(Line(runs[^1], runs.Count));
        }

        return PipelineFigures.Latency(Quietest(runs, Counted), LoadShare, runs.Count);
    }

    /// <summary>Those during which the machine was as it is on its own, whatever came out of them.</summary>
    internal static IReadOnlyList<LatencyRun> Quietest(IReadOnlyList<LatencyRun> runs, int count) =>
        [.. runs.OrderByDescending(run => run.IsSteady).ThenBy(run => run.Slowness).Take(count)];

    private async Task<LatencyRun> RunAsync(double full, CancellationToken cancellation)
    {
        lane.Reader.TakeLatencies();
        var others = stand.WatchOthers(lane);
        var mark = stand.Pace.Mark();
        await lane.LoadAsync(stand.Texts, LoadShare * full, TimeSpan.FromSeconds(seconds), cancellation);
        var (latencies, share, slowness) = (lane.Reader.TakeLatencies(), others.Share(), stand.Pace.SlownessSince(mark));
        return new(latencies, full, await lane.FullRateAsync(stand.Texts, cancellation), share, slowness);
    }

    private string Line(LatencyRun run, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"latency, load {number}: {seconds} s at {LoadShare * run.Full:0} items/s; the machine was {run.Slowness:P0} slower than at its best, and takes {run.FullAfter:0} items/s after {run.Full:0}{(run.IsQuiet ? "" : ": not quiet")}");
}
