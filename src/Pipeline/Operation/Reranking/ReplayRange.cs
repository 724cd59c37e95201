using System.Globalization;
using Confluent.Kafka;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.Reranking;

/// <summary>One end of a range as it was asked for.</summary>
internal sealed record RangeEnd(DateTimeOffset? Time, long? Offset);

/// <summary>Which records of <c>content</c> are meant: of each partition from one offset up to another.</summary>
/// <param name="Gone">Records that were asked for and have left by retention.</param>
internal sealed record ReplayRange(IReadOnlyDictionary<int, long> From, IReadOnlyDictionary<int, long> To, long Gone)
{
    public long Records => To.Sum(end => Math.Max(0, end.Value - From[end.Key]));

    public static ReplayRange Find(TopicLog content, RangeEnd from, RangeEnd? until, int? partition)
    {
        if (partition is { } one && !content.Partitions.Contains(one))
        {
            throw new CommandFailedException($"{content.Topic} has no partition {one.ToString(CultureInfo.InvariantCulture)}.");
        }

        var beginnings = content.Beginnings();
        var ends = content.Ends();
        var starts = from.Time is { } since ? content.At(since) : Same(content, from.Offset!.Value);
        var stops = until is null ? ends : until.Time is { } before ? content.At(before) : Same(content, until.Offset!.Value);
        var wanted = content.Partitions.Where(each => partition is null || each == partition).ToList();
        return new(
            wanted.ToDictionary(each => each, each => Math.Clamp(starts[each], beginnings[each], ends[each])),
            wanted.ToDictionary(each => each, each => Math.Clamp(stops[each], beginnings[each], ends[each])),
            // A time finds the first record there is; only an offset can name one that is not.
            from.Offset is { } asked ? wanted.Sum(each => Math.Max(0, beginnings[each] - asked)) : 0);
    }

    private static SortedDictionary<int, long> Same(TopicLog content, long offset) => new(content.Partitions.ToDictionary(each => each, _ => offset));
}

/// <summary>
/// How far a replay has come, in Kafka: the next offset of each partition is committed in the transaction of its results, under
/// one group, where the range ends under another. So a replay that was killed goes on where it was.
/// </summary>
internal sealed class ReplayMark : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly string _content;
    private readonly IConsumer<byte[]?, byte[]?> _next;
    private readonly IConsumer<byte[]?, byte[]?> _ends;

    public ReplayMark(KafkaClients clients)
    {
        _content = clients.Topics.Content;
        _next = Open(clients, "replay");
        _ends = Open(clients, "replay-end");
    }

    /// <summary>Goes into the transactions that move the mark.</summary>
    public IConsumerGroupMetadata Group => _next.ConsumerGroupMetadata;

    public TopicPartitionOffset At(int partition, long next) => new(_content, partition, next);

    /// <summary>A new range takes the place of whatever was left of an earlier one.</summary>
    public void Begin(ReplayRange range, IReadOnlyList<int> partitions)
    {
        _ends.Commit(partitions.Select(partition => At(partition, range.To.GetValueOrDefault(partition, 0))));
        _next.Commit(partitions.Select(partition => At(partition, range.From.GetValueOrDefault(partition, 0))));
    }

    /// <summary>What is left; null: nothing.</summary>
    public ReplayRange? Left(TopicLog content)
    {
        var partitions = content.Partitions.Select(partition => new TopicPartition(_content, partition)).ToList();
        var next = _next.Committed(partitions, Patience).ToDictionary(place => place.Partition.Value, place => place.Offset.Value);
        var ends = _ends.Committed(partitions, Patience).ToDictionary(place => place.Partition.Value, place => place.Offset.Value);
        var beginnings = content.Beginnings();
        var open = content.Partitions.Where(partition => next[partition] >= 0 && ends[partition] > next[partition] && ends[partition] > beginnings[partition]).ToList();
        return open.Count == 0 ? null : new(
            open.ToDictionary(partition => partition, partition => Math.Max(beginnings[partition], next[partition])),
            open.ToDictionary(partition => partition, partition => ends[partition]),
            open.Sum(partition => Math.Max(0, beginnings[partition] - next[partition])));
    }

    public void Dispose()
    {
        _next.Dispose();
        _ends.Dispose();
    }

    private static IConsumer<byte[]?, byte[]?> Open(KafkaClients clients, string group) =>
        new ConsumerBuilder<byte[]?, byte[]?>(clients.Consumer(clients.Named(group))).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
}
