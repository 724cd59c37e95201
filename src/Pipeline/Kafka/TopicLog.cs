using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Vigil.Pipeline.Kafka;

/// <summary>
/// One topic as it stands, read once, read-committed, between two offsets of each partition. It joins no group and commits
/// nothing. Used by one thread.
/// </summary>
internal sealed class TopicLog : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>A dead writer's transaction ends sooner.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(70);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _silence;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly IAdminClient _admin;

    /// <param name="silence">The longest wait between two records on the way to the end; null: 70 s.</param>
    /// <exception cref="CommandFailedException">The topic does not exist.</exception>
    public TopicLog(KafkaClients clients, string topic, TimeSpan? silence = null)
    {
        Topic = topic;
        _silence = silence ?? LongestSilence;
        var config = clients.Consumer(clients.Named("reader"));
        config.EnablePartitionEof = true;
        config.QueuedMaxMessagesKbytes = 16 * 1024;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        Partitions = Find(_admin, topic);
    }

    public string Topic { get; }

    public IReadOnlyList<int> Partitions { get; }

    /// <summary>The first offset each partition still retains.</summary>
    public SortedDictionary<int, long> Beginnings() => Offsets(OffsetSpec.Earliest(), IsolationLevel.ReadCommitted);

    /// <summary>The offset after the last committed record of each partition; records of a transaction still open may stand beyond it.</summary>
    public SortedDictionary<int, long> Ends() => Offsets(OffsetSpec.Latest(), IsolationLevel.ReadCommitted);

    /// <summary>The offset after the last record of each partition, those of open transactions among them.</summary>
    public SortedDictionary<int, long> LastEnds() => Offsets(OffsetSpec.Latest(), IsolationLevel.ReadUncommitted);

    /// <summary>The first offset of each partition whose record is not older; where there is none, the end.</summary>
    public SortedDictionary<int, long> At(DateTimeOffset time)
    {
        var places = _consumer.OffsetsForTimes(Partitions.Select(partition => new TopicPartitionTimestamp(Of(partition), new Timestamp(time))), Patience);
        var found = Ends();
        foreach (var place in places.Where(place => place.Offset.Value >= 0))
        {
            found[place.Partition.Value] = place.Offset.Value;
        }

        return found;
    }

    /// <summary>Reads each partition of <paramref name="to"/> from its offset in <paramref name="from"/> up to there, in the order of each partition.</summary>
    /// <exception cref="KafkaException">The topic could not be read to the end.</exception>
    public void Read(IReadOnlyDictionary<int, long> from, IReadOnlyDictionary<int, long> to, Action<ConsumeResult<byte[]?, byte[]?>> apply, CancellationToken cancellation)
    {
        var open = to.Where(end => from[end.Key] < end.Value).ToDictionary();
        _consumer.Assign(open.Keys.Select(partition => new TopicPartitionOffset(Of(partition), from[partition])));
        var heard = TimeProvider.System.GetTimestamp();
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_consumer.Consume(Poll) is not { } result)
            {
                ThrowIfSilent(heard);
                continue;
            }

            heard = TimeProvider.System.GetTimestamp();
            var partition = result.Partition.Value;
            if (!open.TryGetValue(partition, out var end))
            {
                continue;
            }

            if (!result.IsPartitionEOF && result.Offset.Value < end)
            {
                apply(result);
            }

            if (result.Offset.Value + (result.IsPartitionEOF ? 0 : 1) >= end)
            {
                open.Remove(partition);
                _consumer.IncrementalUnassign([Of(partition)]);
            }
        }

        _consumer.Unassign();
    }

    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Dispose();
    }

    private void ThrowIfSilent(long heard)
    {
        if (TimeProvider.System.GetElapsedTime(heard) > _silence)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"{Topic} gave nothing for {_silence.TotalSeconds} s"));
        }
    }

    private TopicPartition Of(int partition) => new(Topic, partition);

    /// <summary>All partitions by one request; the client would ask for each of them.</summary>
    private SortedDictionary<int, long> Offsets(OffsetSpec spec, IsolationLevel isolation)
    {
        var asked = Partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = Of(partition), OffsetSpec = spec });
        // This belongs to one thread, as the consumer does.
        var found = _admin.ListOffsetsAsync(asked, new() { RequestTimeout = Patience, IsolationLevel = isolation }).GetAwaiter().GetResult();
        return new(found.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value));
    }

    private static List<int> Find(IAdminClient admin, string topic)
    {
        var metadata = admin.GetMetadata(topic, Patience).Topics.Single();
        return metadata.Error.IsError || metadata.Partitions.Count == 0
            ? throw new CommandFailedException($"Topic {topic} does not exist. Run: vigil topics apply")
            : [.. metadata.Partitions.Select(partition => partition.PartitionId).Order()];
    }
}
