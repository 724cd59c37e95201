namespace Vigil.Ingest;

/// <summary>
/// How far each assigned partition has been read and committed. librdkafka's own lag is blind to offsets that the producer
/// commits, so ours is kept here. Thread-safe.
/// </summary>
public sealed class ConsumerProgress(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Partition> _partitions = [];

    /// <summary>Per partition: records between the committed position and the end of the log, and the age of the oldest of them.</summary>
    public IReadOnlyList<(int Partition, long Records, double Seconds)> Lags()
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            return [.. _partitions.Select(pair => (
                pair.Key,
                Math.Max(0, pair.Value.High - pair.Value.Next),
                pair.Value.Oldest is { } oldest && pair.Value.High > pair.Value.Next ? Math.Max(0, (now - oldest).TotalSeconds) : 0.0))];
        }
    }

    public void Read(int partition, long offset, DateTimeOffset recordTime, long high)
    {
        lock (_lock)
        {
            if (!_partitions.TryGetValue(partition, out var known))
            {
                _partitions[partition] = known = new() { Next = offset };
            }

            if (known.High <= known.Next)
            {
                // There was no backlog: it begins with this record, however long the topic was silent before.
                known.Oldest = recordTime;
            }

            known.High = Math.Max(Math.Max(known.High, high), offset + 1);
            known.Oldest ??= recordTime;
        }
    }

    /// <summary>Where the log of a partition ends now; a consumer that is paused does not hear of it.</summary>
    public void End(int partition, long high)
    {
        lock (_lock)
        {
            if (_partitions.TryGetValue(partition, out var known) && high > known.High)
            {
                known.Oldest = known.High > known.Next ? known.Oldest : time.GetUtcNow();
                known.High = high;
            }
        }
    }

    public IReadOnlyList<int> Partitions
    {
        get
        {
            lock (_lock)
            {
                return [.. _partitions.Keys];
            }
        }
    }

    public void Committed(int partition, long next, DateTimeOffset lastTime)
    {
        lock (_lock)
        {
            if (_partitions.TryGetValue(partition, out var known))
            {
                known.Next = next;
                known.Oldest = lastTime;
            }
        }
    }

    public void Forget(IReadOnlyCollection<int> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _partitions.Remove(partition);
            }
        }
    }

    private sealed class Partition
    {
        public long Next { get; set; }

        public long High { get; set; }

        public DateTimeOffset? Oldest { get; set; }
    }
}
