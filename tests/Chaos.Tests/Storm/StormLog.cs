namespace Vigil.Chaos.Tests.Storm;

/// <summary>What happened when, in the test's output and for the checks.</summary>
internal sealed class StormLog(ITestOutputHelper output)
{
    // A dead worker is noticed, its partitions are given away, and given back when it has started again.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(30);

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _unrest = [];
    private readonly Lock _lock = new();

    public void Write(string line) => output.WriteLine($"{TimeProvider.System.GetElapsedTime(_start).TotalSeconds,6:0.0} s  {line}");

    public void Strikes(string line)
    {
        Write(line);
        lock (_lock)
        {
            _unrest.Add((TimeProvider.System.GetUtcNow(), DateTimeOffset.MaxValue));
        }
    }

    public void Struck()
    {
        lock (_lock)
        {
            _unrest[^1] = (_unrest[^1].From, TimeProvider.System.GetUtcNow() + Aftermath);
        }
    }

    /// <summary>Whether a kill or a rebalance may have lain between the two times.</summary>
    public bool HasUnrest(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_lock)
        {
            return _unrest.Exists(unrest => unrest.From <= to && unrest.To >= from);
        }
    }
}
