using Vigil.Contracts;

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
        _timings.Add(new(stage, time.GetElapsedTime(started).TotalSeconds));
        return result;
    }

    public void Add(IReadOnlyList<StageTiming> timings) => _timings.AddRange(timings);
}
