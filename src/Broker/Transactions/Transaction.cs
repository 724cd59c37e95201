using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Transactions;

/// <summary>
/// One transactional id: the producer that owns it now and the transaction it has open. Used under <see cref="Lock"/>,
/// which is also held while the transaction's records are appended, so that none can follow the marker that ends it.
/// </summary>
internal sealed class Transaction(string id, ProducerIdentity producer)
{
    private readonly HashSet<TopicPartition> _partitions = [];
    private readonly Dictionary<(string Group, string Topic, int Partition), OffsetState> _offsets = [];

    public Lock Lock { get; } = new();

    public string Id => id;

    public ProducerIdentity Producer { get; set; } = producer;

    public TransactionStatus Status { get; set; } = TransactionStatus.Empty;

    public TimeSpan Timeout { get; set; }

    /// <summary>A time stamp of the monotonic clock.</summary>
    public long StartedAt { get; private set; }

    public bool IsOpen => Status == TransactionStatus.Ongoing;

    /// <summary>How it ends is decided, and not yet done everywhere.</summary>
    public bool IsPrepared => Status is TransactionStatus.PrepareCommit or TransactionStatus.PrepareAbort;

    public IReadOnlyCollection<TopicPartition> Partitions => _partitions;

    public IReadOnlyCollection<string> Groups => [.. _offsets.Keys.Select(place => place.Group).Distinct()];

    /// <summary>The state as last journalled; read without the lock by the journal's rewrite.</summary>
    public TransactionState? Journalled { get; private set; }

    public static Transaction Restore(TransactionState state, long now)
    {
        var transaction = new Transaction(state.Id, new(state.ProducerId, state.Epoch))
        {
            Status = state.Status,
            Timeout = TimeSpan.FromMilliseconds(state.TimeoutMs),
            StartedAt = now,
            Journalled = state,
        };
        transaction._partitions.UnionWith(state.Partitions);
        transaction.Include(state.Offsets);
        return transaction;
    }

    /// <summary>Whether the producer is the one that owns this id now.</summary>
    public ErrorCode Check(ProducerIdentity claimed)
    {
        if (claimed.Id != Producer.Id)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        return claimed.Epoch == Producer.Epoch ? ErrorCode.None
            : claimed.Epoch < Producer.Epoch ? ErrorCode.ProducerFenced
            : ErrorCode.InvalidProducerEpoch;
    }

    public bool Covers(TopicPartition partition) => IsOpen && _partitions.Contains(partition);

    public void Open(long now)
    {
        if (!IsOpen)
        {
            Status = TransactionStatus.Ongoing;
            StartedAt = now;
        }
    }

    public bool Include(TopicPartition partition) => _partitions.Add(partition);

    public void Include(IEnumerable<OffsetState> offsets)
    {
        foreach (var offset in offsets)
        {
            _offsets[(offset.Group, offset.Topic, offset.Partition)] = offset;
        }
    }

    public void Complete(TransactionStatus status)
    {
        Status = status;
        _partitions.Clear();
        _offsets.Clear();
    }

    public TransactionState Record() =>
        Journalled = new(id, Producer.Id, Producer.Epoch, (int)Timeout.TotalMilliseconds, Status, [.. _partitions], [.. _offsets.Values]);
}
