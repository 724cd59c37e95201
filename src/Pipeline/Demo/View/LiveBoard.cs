using Vigil.Contracts.Wire;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Pipeline.Demo.View;

/// <summary>What <c>status</c> and the timings of <c>ranked</c> have said since the demo began, folded as they are read. Thread-safe.</summary>
internal sealed class LiveBoard(TimeProvider time)
{
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private long _start = time.GetTimestamp();
    private readonly Dictionary<Disposition, int> _dispositions = [];
    private readonly Dictionary<int, long> _reached = [];
    private readonly RecentValues _latency = new();
    private readonly SortedDictionary<string, RecentValues> _stages = new(StringComparer.Ordinal);
    private readonly List<string> _stageOrder = [];
    private readonly Queue<(TimeSpan At, int Finished)> _pace = [];
    private int _finished;

    /// <summary>The stream begins now: time is counted from here.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _start = time.GetTimestamp();
        }
    }

    /// <summary>Records with a disposition.</summary>
    public int Finished
    {
        get
        {
            lock (_lock)
            {
                return _finished;
            }
        }
    }

    /// <summary>A status event; only dispositions count.</summary>
    public void Apply(StatusEvent status)
    {
        if (status.Kind != StatusEvent.Types.Kind.Disposition)
        {
            return;
        }

        lock (_lock)
        {
            var disposition = (Disposition)status.Disposition;
            _dispositions[disposition] = _dispositions.GetValueOrDefault(disposition) + 1;
            _reached[status.Source.Partition] = Math.Max(status.Source.Offset, _reached.GetValueOrDefault(status.Source.Partition, -1));
            _latency.Add((time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(status.Source.TimeMs)).TotalSeconds);
            _finished++;
        }
    }

    public void Apply(IEnumerable<StageTiming> timings)
    {
        lock (_lock)
        {
            foreach (var timing in timings)
            {
                if (!_stages.TryGetValue(timing.Stage, out var values))
                {
                    _stages[timing.Stage] = values = new();
                    _stageOrder.Add(timing.Stage);
                }

                values.Add(timing.Seconds);
            }
        }
    }

    /// <summary>
    /// Whether every record up to these offsets has its disposition: a worker commits a partition's records in their order.
    /// </summary>
    public bool HasReached(IReadOnlyDictionary<int, long> lastOffsets)
    {
        lock (_lock)
        {
            return lastOffsets.All(last => _reached.GetValueOrDefault(last.Key, -1) >= last.Value);
        }
    }

    public DemoSnapshot Snapshot(int published, int? total, QueueView queues)
    {
        lock (_lock)
        {
            var elapsed = time.GetElapsedTime(_start);
            _pace.Enqueue((elapsed, _finished));
            while (_pace.Count > 2 && elapsed - _pace.Peek().At > RateWindow)
            {
                _pace.Dequeue();
            }

            var (since, before) = _pace.Peek();
            var seconds = (elapsed - since).TotalSeconds;
            return new(
                elapsed,
                published,
                total,
                _finished,
                seconds > 0 ? (_finished - before) / seconds : 0,
                _latency.Spread(),
                [.. _stageOrder.Select(stage => (stage, _stages[stage].Spread()))],
                new Dictionary<Disposition, int>(_dispositions),
                queues.Depths,
                queues.Top);
        }
    }
}
