using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>How long items take through the worker when it is busy for a good part of the time, not all of it.</summary>
internal sealed class LatencyLoad(BenchStand stand, BenchLane lane, int seconds)
{
    private const double LoadShare = 0.7;

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        var full = await lane.FullRateAsync(stand.Texts, cancellation);
        await stand.Progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"latency: {seconds} s at {LoadShare * full:0} items/s"));
        lane.Reader.TakeLatencies();
        var others = stand.WatchOthers(lane);
        await lane.LoadAsync(stand.Texts, LoadShare * full, TimeSpan.FromSeconds(seconds), cancellation);
        return PipelineFigures.Latency(lane.Reader.TakeLatencies(), LoadShare, full, others.Share());
    }
}
