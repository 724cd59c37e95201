using Confluent.Kafka;

namespace Vigil.Pipeline.Ledger;

/// <summary>
/// Tells which offsets of a partition of <c>content</c> are records, asked for in ascending order. Reads on from where it
/// stands, since a publisher that uses transactions leaves a marker behind each of them; what lies far ahead is gone to.
/// </summary>
internal sealed class ContentWalk(IConsumer<byte[]?, byte[]?> consumer, TopicPartition partition) : IDisposable
{
    // Records that are read through rather than passed over: a new fetch costs about as much.
    private const long Stride = 1_000;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private long _asked = long.MaxValue;
    private long _found = -1;
    private long _position = long.MaxValue;

    /// <summary>Tells of every record in [from, to), and of every stretch without one; of neither what the broker does not answer in time.</summary>
    public void Tell(long from, long to, Action<long, long> onEmpty, Action<long> onRecord, CancellationToken cancellation)
    {
        while (from < to && First(from) is { } found)
        {
            cancellation.ThrowIfCancellationRequested();
            var end = Math.Min(found.Offset, to);
            if (from < end)
            {
                onEmpty(from, end);
            }

            if (found.IsEnd)
            {
                break;
            }

            if (found.Offset < to)
            {
                onRecord(found.Offset);
            }

            from = found.Offset + 1;
        }
    }

    public void Dispose() => consumer.Unassign();

    /// <summary>The first record at or after an offset, or where the partition ends; null: no answer in time.</summary>
    private (long Offset, bool IsEnd)? First(long offset)
    {
        if (_asked <= offset && offset <= _found)
        {
            return (_found, false);
        }

        if (offset < _position || offset - _position > Stride)
        {
            consumer.Assign([new TopicPartitionOffset(partition, offset)]);
            _position = offset;
        }

        while (consumer.Consume(Silence) is { } result)
        {
            if (result.IsPartitionEOF)
            {
                return (result.Offset.Value, true);
            }

            _position = result.Offset.Value + 1;
            if (result.Offset.Value >= offset)
            {
                (_asked, _found) = (offset, result.Offset.Value);
                return (_found, false);
            }
        }

        return null;
    }
}
