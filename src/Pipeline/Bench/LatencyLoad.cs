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
    private const int MostTries = 9;

    // A load that was 70 % when it began is something else if the machine has become slower or faster since.
    private const double Alike = 0.1;

    public async Task<IReadOnlyList<BenchFigure>> MeasureAsync(CancellationToken cancellation)
    {
        await lane.WarmUpAsync(stand.Texts, LoadShare, cancellation);
        List<LatencyRun> runs = [];
        var tries = 0;
        // Each time anew: what the machine can do changes from minute to minute, and with it what a part of it is.
        var full = await lane.FullRateAsync(stand.Texts, cancellation);
        while (runs.Count < Runs && tries++ < MostTries)
        {
            await stand.Progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"latency {runs.Count + 1} of {Runs}: {seconds} s at {LoadShare * full:0} items/s"));
            lane.Reader.TakeLatencies();
            var others = stand.WatchOthers(lane);
            await lane.LoadAsync(stand.Texts, LoadShare * full, TimeSpan.FromSeconds(seconds), cancellation);
            var run = new LatencyRun(lane.Reader.TakeLatencies(), full, others.Share());
            full = await lane.FullRateAsync(stand.Texts, cancellation);
            if (Math.Abs(full - run.Full) <= Alike * run.Full || MostTries - tries < Runs - runs.Count)
            {
                runs.Add(run);
            }
            else
            {
                await stand.Progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"not counted: the machine takes {full:0} items/s now, {run.Full:0} before"));
            }
        }

        return PipelineFigures.Latency(runs, LoadShare, tries);
    }
}
