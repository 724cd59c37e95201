using Vigil.Contracts;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Scoring;

/// <summary>Seconds of each stage for one batch; they travel with its items.</summary>
internal sealed class StageClock(TimeProvider time)
{
    private readonly List<StageTiming> _timings = [];

    public IReadOnlyList<StageTiming> Timings => _timings;

    public T Measure<T>(string stage, Func<T> work)
    {
        var started = time.GetTimestamp();
        var result = work();
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        _timings.Add(new(stage, seconds));
        PipelineTelemetry.StageDuration.Record(seconds, new KeyValuePair<string, object?>("stage", stage));
        return result;
    }
}
