using Confluent.Kafka;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.DeadLetters;

/// <summary>Reads <c>dead-letters</c> for people.</summary>
internal sealed class DeadLetterLog(KafkaClients clients) : IDisposable
{
    private readonly TopicLog _log = new(clients, clients.Topics.DeadLetters);

    /// <summary>The newest that match, oldest of them first, and how many match in all.</summary>
    public (IReadOnlyList<DeadLetter> Letters, long Matching) Find(DeadLetterFilter filter, int limit, CancellationToken cancellation)
    {
        var (from, to) = Span(filter);
        var newest = new PriorityQueue<DeadLetter, (DateTimeOffset, RecordPosition)>();
        var matching = 0L;
        _log.Read(
            from,
            to,
            result =>
            {
                if (DeadLetter.Of(result) is var letter && filter.Matches(letter))
                {
                    matching++;
                    newest.Enqueue(letter, (letter.Time, letter.Position));
                    if (newest.Count > limit)
                    {
                        newest.Dequeue();
                    }
                }
            },
            cancellation);
        return ([.. newest.UnorderedItems.OrderBy(one => one.Priority).Select(one => one.Element)], matching);
    }

    /// <summary>The record at a position of <c>dead-letters</c>; null: there is none.</summary>
    public ConsumeResult<byte[]?, byte[]?>? At(RecordPosition position, CancellationToken cancellation)
    {
        ConsumeResult<byte[]?, byte[]?>? found = null;
        Read([position], result => found = result, cancellation);
        return found;
    }

    /// <summary>The latest dead letter of a record of <c>content</c>; null: there is none.</summary>
    public ConsumeResult<byte[]?, byte[]?>? OfSource(RecordPosition source, CancellationToken cancellation)
    {
        ConsumeResult<byte[]?, byte[]?>? found = null;
        _log.Read(
            _log.Beginnings(),
            _log.Ends(),
            result =>
            {
                if (DeadLetter.Of(result).Source == source && (found is null || result.Message.Timestamp.UnixTimestampMs >= found.Message.Timestamp.UnixTimestampMs))
                {
                    found = result;
                }
            },
            cancellation);
        return found;
    }

    /// <summary>Reads these records, bytes and all, in the order of each partition.</summary>
    public void Read(IReadOnlyCollection<RecordPosition> positions, Action<ConsumeResult<byte[]?, byte[]?>> apply, CancellationToken cancellation)
    {
        var wanted = positions.ToHashSet();
        var (from, to) = Span(positions);
        _log.Read(
            from,
            to,
            result =>
            {
                if (wanted.Contains(new(result.Partition.Value, result.Offset.Value)))
                {
                    apply(result);
                }
            },
            cancellation);
    }

    public void Dispose() => _log.Dispose();

    private (SortedDictionary<int, long> From, SortedDictionary<int, long> To) Span(DeadLetterFilter filter) =>
        filter.Positions.Count > 0 ? Span(filter.Positions) : (filter.Since is { } since ? _log.At(since) : _log.Beginnings(), _log.Ends());

    private (SortedDictionary<int, long> From, SortedDictionary<int, long> To) Span(IReadOnlyCollection<RecordPosition> positions)
    {
        var beginnings = _log.Beginnings();
        var ends = _log.Ends();
        var from = new SortedDictionary<int, long>();
        var to = new SortedDictionary<int, long>();
        foreach (var partition in positions.Where(position => ends.ContainsKey(position.Partition)).GroupBy(position => position.Partition))
        {
            from[partition.Key] = Math.Max(beginnings[partition.Key], partition.Min(position => position.Offset));
            to[partition.Key] = Math.Min(ends[partition.Key], partition.Max(position => position.Offset) + 1);
        }

        return (from, to);
    }
}
