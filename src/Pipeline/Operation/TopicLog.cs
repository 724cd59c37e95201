using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation;

/// <summary>
/// One topic as it stands, read once, read-committed, between two offsets of each partition. It joins no group and commits
/// nothing. Used by one thread.
/// </summary>
internal sealed class TopicLog : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between two records on the way to the end: a dead writer's transaction ends sooner.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(70);

    private readonly TimeSpan _patience;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;

    /// <exception cref="CommandFailedException">The topic does not exist.</exception>
    public TopicLog(KafkaClients clients, string topic)
    {
        Topic = topic;
        _patience = TimeSpan.FromSeconds(clients.Options.ConnectSeconds);
        var config = clients.Consumer(clients.Named("reader"));
        config.EnablePartitionEof = true;
        config.QueuedMaxMessagesKbytes = 16 * 1024;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        Partitions = Find(_consumer, topic);
    }

    public string Topic { get; }

    public IReadOnlyList<int> Partitions { get; }

    /// <summary>The first offset each partition still retains.</summary>
    public SortedDictionary<int, long> Beginnings() => Each(partition => _consumer.QueryWatermarkOffsets(Of(partition), _patience).Low.Value);

    /// <summary>The offset after the last committed record of each partition; records of a transaction still open may stand beyond it.</summary>
    public SortedDictionary<int, long> Ends() => Each(partition => _consumer.QueryWatermarkOffsets(Of(partition), _patience).High.Value);

    /// <summary>The offset after the last record of each partition, those of open transactions among them.</summary>
    public async Task<SortedDictionary<int, long>> LastEndsAsync()
    {
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        var asked = Partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = Of(partition), OffsetSpec = OffsetSpec.Latest() });
        var found = await admin.ListOffsetsAsync(asked, new() { RequestTimeout = _patience, IsolationLevel = IsolationLevel.ReadUncommitted });
        return new(found.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value));
    }

    /// <summary>The first offset of each partition whose record is not older; where there is none, the end.</summary>
    public SortedDictionary<int, long> At(DateTimeOffset time)
    {
        var places = _consumer.OffsetsForTimes(Partitions.Select(partition => new TopicPartitionTimestamp(Of(partition), new Timestamp(time))), _patience);
        var found = places.ToDictionary(place => place.Partition.Value, place => place.Offset.Value);
        return Each(partition => found[partition] >= 0 ? found[partition] : _consumer.QueryWatermarkOffsets(Of(partition), _patience).High.Value);
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

    public void Dispose() => _consumer.Dispose();

    private void ThrowIfSilent(long heard)
    {
        if (TimeProvider.System.GetElapsedTime(heard) > Silence)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"{Topic} gave nothing for {Silence.TotalSeconds} s"));
        }
    }

    private TopicPartition Of(int partition) => new(Topic, partition);

    private SortedDictionary<int, long> Each(Func<int, long> offset) => new(Partitions.ToDictionary(partition => partition, offset));

    private List<int> Find(IConsumer<byte[]?, byte[]?> consumer, string topic)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var metadata = admin.GetMetadata(topic, _patience).Topics.Single();
        return metadata.Error.IsError || metadata.Partitions.Count == 0
            ? throw new CommandFailedException($"Topic {topic} does not exist. Run: vigil topics apply")
            : [.. metadata.Partitions.Select(partition => partition.PartitionId).Order()];
    }
}
