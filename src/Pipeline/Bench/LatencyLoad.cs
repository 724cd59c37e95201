using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>A load that was kept up for a while.</summary>
/// <param name="Sorted">Seconds of each record, ascending.</param>
/// <param name="Full">Records a second that the worker can take, measured just before.</param>
/// <param name="OthersShare">What others took of the machine's CPU meanwhile, 0 to 1.</param>
internal sealed record LatencyRun(IReadOnlyList<double> Sorted, double Full, double OthersShare);

/// <summary>How long items take through the worker when it is busy for a good part of the time, not all of it.</summary>
internal sealed class LatencyLoad(BenchStand stand, BenchLane lane, int seconds)
{
    public const double LoadShare = 0.7;

    private const int Runs = 3;

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        await lane.WarmUpAsync(stand.Texts, LoadShare, cancellation);
        List<LatencyRun> runs = [];
        while (runs.Count < Runs)
        {
            // Each time anew: what the machine can do changes from minute to minute, and with it what a part of it is.
            var full = await lane.FullRateAsync(stand.Texts, cancellation);
            await stand.Progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"latency {runs.Count + 1} of {Runs}: {seconds} s at {LoadShare * full:0} items/s"));
            lane.Reader.TakeLatencies();
            var others = stand.WatchOthers(lane);
            await lane.LoadAsync(stand.Texts, LoadShare * full, TimeSpan.FromSeconds(seconds), cancellation);
            runs.Add(new(lane.Reader.TakeLatencies(), full, others.Share()));
        }

        return PipelineFigures.Latency(runs, LoadShare);
    }
}
