using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Bench;

/// <summary>What <c>status</c> says of a round: how far each partition is, and how long each record took from the broker's clock to committed and read. Thread-safe.</summary>
internal sealed class RoundReader(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _reached = [];
    private readonly List<double> _latencies = [];
    private string _embedder = "";

    /// <summary>The embedder of the last ranked item; empty: none was ranked.</summary>
    public string Embedder
    {
        get
        {
            lock (_lock)
            {
                return _embedder;
            }
        }
    }

    public void Apply(RankedItem item)
    {
        lock (_lock)
        {
            _embedder = item.Provenance?.Embedder ?? _embedder;
        }
    }

    public void Apply(StatusEvent status)
    {
        if (status.Kind != StatusEvent.Types.Kind.Disposition)
        {
            return;
        }

        lock (_lock)
        {
            _reached[status.Source.Partition] = Math.Max(status.Source.Offset, _reached.GetValueOrDefault(status.Source.Partition, -1));
            _latencies.Add((time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(status.Source.TimeMs)).TotalSeconds);
        }
    }

    public bool HasReached(IReadOnlyDictionary<int, long> lastOffsets)
    {
        lock (_lock)
        {
            return lastOffsets.All(last => _reached.GetValueOrDefault(last.Key, -1) >= last.Value);
        }
    }

    /// <summary>The latencies since the last call, sorted.</summary>
    public IReadOnlyList<double> TakeLatencies()
    {
        lock (_lock)
        {
            var taken = _latencies.Order().ToList();
            _latencies.Clear();
            return taken;
        }
    }
}
