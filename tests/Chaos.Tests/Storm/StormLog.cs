namespace Vigil.Chaos.Tests.Storm;

/// <summary>What happened when, in the test's output and for the checks.</summary>
internal sealed class StormLog(ITestOutputHelper output)
{
    // What the processes and the topics say reaches us a little later, and not in one order.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _unrest = [];
    private readonly Lock _lock = new();
    private DateTimeOffset _striking;

    public void Write(string line) => output.WriteLine($"{TimeProvider.System.GetElapsedTime(_start).TotalSeconds,6:0.0} s  {line}");

    /// <summary>A moment as the lines have it.</summary>
    public string At(DateTimeOffset? time) => time is { } known ? $"{TimeProvider.System.GetElapsedTime(_start).TotalSeconds - (TimeProvider.System.GetUtcNow() - known).TotalSeconds:0.0} s" : "never";

    public void Strikes(string line)
    {
        Write(line);
        lock (_lock)
        {
            _striking = TimeProvider.System.GetUtcNow();
        }
    }

    public void Struck()
    {
        lock (_lock)
        {
            _unrest.Add((_striking, TimeProvider.System.GetUtcNow() + Slack));
        }
    }

    /// <summary>A line of a worker; one that speaks of partitions given, taken or rewound is a rebalance or an abort.</summary>
    public void Heard(string line)
    {
        if (line.Contains("partitions", StringComparison.Ordinal))
        {
            Write(line);
            var now = TimeProvider.System.GetUtcNow();
            lock (_lock)
            {
                _unrest.Add((now - Slack, now + Slack));
            }
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
