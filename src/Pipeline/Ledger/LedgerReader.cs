using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Ledger;

/// <summary>
/// The account as a number, from the topics alone, so that a restart changes nothing: of every record on <c>content</c> below
/// the workers' committed offsets, how many have no disposition on <c>status</c>, and how many dispositions came twice.
/// Offsets that no record has (a publisher's transaction markers) are told apart by reading <c>content</c> there. One thread.
/// </summary>
internal sealed class LedgerReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    private readonly string _content;
    private readonly string _topicId;
    private readonly IConsumer<byte[]?, byte[]?> _status;
    private readonly IConsumer<byte[]?, byte[]?> _records;
    private readonly Dictionary<int, OffsetRanges> _accounted = [];
    private readonly Dictionary<int, long> _from = [];
    private readonly Dictionary<int, long> _statusAt = [];
    private readonly LedgerFindings _missing = new();
    private readonly LedgerFindings _twice = new();

    /// <param name="topicId">Of <c>content</c>.</param>
    /// <param name="since">Older records are not looked at; both topics are read from there.</param>
    public LedgerReader(KafkaClients clients, string workerGroup, string topicId, DateTimeOffset since)
    {
        _content = clients.Topics.Content;
        _topicId = topicId;
        _status = Consumer(clients, clients.Named("ledger"));
        // Never joins the workers' group; it only asks for that group's offsets.
        _records = Consumer(clients, workerGroup);
        Start(clients, since);
    }

    /// <summary>Of <c>content</c>.</summary>
    public string TopicId => _topicId;

    /// <summary>Of <c>content</c>, when the account began.</summary>
    public int Partitions => _from.Count;

    /// <summary>Where the first of what <see cref="Measure"/> counted stand.</summary>
    public string Findings => $"without a disposition: {_missing}; with two: {_twice}";

    /// <summary>Reads on and measures; 0: all is accounted for.</summary>
    /// <exception cref="KafkaException">Kafka did not answer; nothing is lost by trying again.</exception>
    public long Measure(CancellationToken cancellation)
    {
        // Committed first: what status says of these offsets was committed with them.
        var committed = _records.Committed([.. _from.Keys.Select(partition => new TopicPartition(_content, partition))], Patience);
        ReadStatus(cancellation);
        _missing.Clear();
        foreach (var place in committed.Where(place => place.Offset.Value > 0))
        {
            var partition = place.Partition.Value;
            var retained = Math.Max(_from[partition], _records.QueryWatermarkOffsets(place.TopicPartition, Patience).Low.Value);
            Find(partition, Of(partition).Gaps(retained, place.Offset.Value), cancellation);
        }

        return _missing.Count + _twice.Count;
    }

    public void Dispose()
    {
        _status.Dispose();
        _records.Dispose();
    }

    private void Start(KafkaClients clients, DateTimeOffset since)
    {
        using var admin = new DependentAdminClientBuilder(_status.Handle).Build();
        foreach (var place in FirstSince(_records, PartitionsOf(admin, _content), since))
        {
            _from[place.Partition.Value] = place.Offset.Value;
        }

        _status.Assign(FirstSince(_status, PartitionsOf(admin, clients.Topics.Status), since - ClockSkew));
    }

    // As far as the topic reaches now: it goes on growing while the workers work, and reading on would never end. What was not read
    // to there would look like records without a disposition.
    private void ReadStatus(CancellationToken cancellation)
    {
        var ends = _status.Assignment.ToDictionary(place => place.Partition.Value, place => _status.QueryWatermarkOffsets(place, Patience).High.Value);
        var behind = ends.Where(end => _statusAt.GetValueOrDefault(end.Key) < end.Value).Select(end => end.Key).ToHashSet();
        for (var silent = TimeSpan.Zero; behind.Count > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_status.Consume(Silence) is not { } result)
            {
                silent += Silence;
                if (silent >= Patience)
                {
                    throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"status was not read to its end, in {behind.Count} of {ends.Count} partitions"));
                }

                continue;
            }

            silent = TimeSpan.Zero;
            if (!result.IsPartitionEOF)
            {
                Account(result.Message.Value);
            }

            var place = result.Partition.Value;
            var next = result.Offset.Value + (result.IsPartitionEOF ? 0 : 1);
            _statusAt[place] = next;
            // The end may be a transaction's marker, which is never seen.
            if (result.IsPartitionEOF || next >= ends.GetValueOrDefault(place))
            {
                behind.Remove(place);
            }
        }
    }

    // A stranger's record on the topic must not end the process.
    private void Account(byte[]? value)
    {
        if (StatusEvent.Parser.ParseOrNull(value) is { Kind: StatusEvent.Types.Kind.Disposition, Source: not null } status
            && status.Source.TopicId == _topicId
            && status.Source.Offset >= _from.GetValueOrDefault(status.Source.Partition)
            && !Of(status.Source.Partition).Add(status.Source.Offset))
        {
            _twice.Add(status.Source.Partition, status.Source.Offset);
        }
    }

    // What is no record is marked as accounted for, so that a gap is looked at once.
    private void Find(int partition, IReadOnlyList<(long From, long To)> gaps, CancellationToken cancellation)
    {
        using var walk = new ContentWalk(_records, new(_content, partition));
        foreach (var (from, to) in gaps)
        {
            walk.Tell(from, to, (first, end) => MarkEmpty(partition, first, end), offset => _missing.Add(partition, offset), cancellation);
        }
    }

    private void MarkEmpty(int partition, long from, long to)
    {
        for (var offset = from; offset < to; offset++)
        {
            Of(partition).Add(offset);
        }
    }

    private OffsetRanges Of(int partition)
    {
        if (!_accounted.TryGetValue(partition, out var ranges))
        {
            _accounted[partition] = ranges = new();
        }

        return ranges;
    }

    private static List<TopicPartition> PartitionsOf(IAdminClient admin, string topic) =>
        [.. admin.GetMetadata(topic, Patience).Topics.Single().Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId))];

    private static List<TopicPartitionOffset> FirstSince(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartition> partitions, DateTimeOffset since) =>
    [
        .. consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(since))), Patience)
            // No record so late: there is nothing older to account for either.
            .Select(place => place.Offset.Value >= 0 ? place : new(place.TopicPartition, consumer.QueryWatermarkOffsets(place.TopicPartition, Patience).High)),
    ];

    private static IConsumer<byte[]?, byte[]?> Consumer(KafkaClients clients, string group)
    {
        var config = clients.Consumer(group);
        // It reads every status there is, and needs the values alone.
        config.ConsumeResultFields = "none";
        config.EnablePartitionEof = true;
        return new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }
}
