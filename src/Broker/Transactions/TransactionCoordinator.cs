using System.Collections.Concurrent;
using Vigil.Broker.Groups;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;
using Vigil.Broker.Topics;

namespace Vigil.Broker.Transactions;

/// <summary>
/// Transactional ids: who owns each, what its open transaction covers, and how it ends. Every step is journalled before
/// it is answered; a transaction's end is journalled as prepared before the first marker is written, so that a crash in
/// the middle is carried on at the next start. Locks are taken in the order transaction, group, partition.
/// </summary>
internal sealed class TransactionCoordinator : IDisposable
{
    /// <summary>The last epoch that is given out; one is left to fence its owner with.</summary>
    private const short LastEpoch = short.MaxValue - 1;

    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, Transaction> _transactions = new(StringComparer.Ordinal);
    private readonly Journal<TransactionState> _journal;
    private readonly ProducerIds _producerIds;
    private readonly TopicStore _topics;
    private readonly GroupCoordinator _groups;
    private readonly TimeProvider _time;

    public TransactionCoordinator(string dataFolder, TopicStore topics, GroupCoordinator groups, TimeProvider time)
    {
        _topics = topics;
        _groups = groups;
        _time = time;
        _producerIds = new ProducerIds(dataFolder);
        var states = new Dictionary<string, TransactionState>(StringComparer.Ordinal);
        _journal = new Journal<TransactionState>(
            Path.Combine(dataFolder, "transactions.journal"),
            state => states[state.Id] = state,
            () => [.. _transactions.Values.Select(transaction => transaction.Journalled).OfType<TransactionState>()]);
        foreach (var state in states.Values)
        {
            _transactions[state.Id] = Transaction.Restore(state, time.GetTimestamp());
        }

        _journal.Rewrite();
        RollForward();
    }

    public InitProducerIdReply InitProducerId(InitProducerIdRequest request)
    {
        if (request.TransactionalId is not { } id)
        {
            return new(ErrorCode.None, new(_producerIds.Next(), 0));
        }

        if (id.Length == 0)
        {
            return new(ErrorCode.InvalidRequest, ProducerIdentity.None);
        }

        var timeout = TimeSpan.FromMilliseconds(request.TimeoutMs);
        if (timeout <= TimeSpan.Zero || timeout > MaxTimeout)
        {
            return new(ErrorCode.InvalidTransactionTimeout, ProducerIdentity.None);
        }

        var transaction = _transactions.GetOrAdd(id, key => new Transaction(key, ProducerIdentity.None));
        lock (transaction.Lock)
        {
            if (request.Current.Id >= 0 && request.Current != transaction.Producer)
            {
                return new(ErrorCode.ProducerFenced, ProducerIdentity.None);
            }

            if (transaction.IsOpen)
            {
                Fence(transaction);
            }

            transaction.Producer = Next(transaction.Producer);
            transaction.Timeout = timeout;
            transaction.Complete(TransactionStatus.Empty);
            Record(transaction);
            return new(ErrorCode.None, transaction.Producer);
        }
    }

    public List<ByTopic<PartitionError>> AddPartitions(AddPartitionsToTxnRequest request)
    {
        var refusal = WithOwner(request.TransactionalId, request.Producer, _ => ErrorCode.None);
        if (refusal != ErrorCode.None)
        {
            return request.Topics.Answer((_, partition) => new PartitionError(partition, refusal));
        }

        var found = request.Topics.Answer((topic, partition) =>
            new PartitionError(partition, _topics.Find(topic, partition) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None));
        var error = WithOwner(request.TransactionalId, request.Producer, transaction =>
        {
            transaction.Open(_time.GetTimestamp());
            foreach (var topic in found)
            {
                foreach (var partition in topic.Partitions.Where(partition => partition.Error == ErrorCode.None))
                {
                    transaction.Include(new TopicPartition(topic.Topic, partition.Partition));
                }
            }

            Record(transaction);
            return ErrorCode.None;
        });
        return error == ErrorCode.None ? found : request.Topics.Answer((_, partition) => new PartitionError(partition, error));
    }

    public ErrorCode AddOffsets(AddOffsetsToTxnRequest request) =>
        WithOwner(request.TransactionalId, request.Producer, transaction =>
        {
            transaction.Open(_time.GetTimestamp());
            Record(transaction);
            return ErrorCode.None;
        });

    /// <summary>Journalled at once, not only at the end: a broker killed in between must still know them.</summary>
    public List<ByTopic<PartitionError>> CommitOffsets(TxnOffsetCommitRequest request) =>
        _groups.Commit(request.Member.GroupId, request.Topics, (group, offsets) =>
            WithOwner(request.TransactionalId, request.Producer, transaction =>
            {
                if (!transaction.IsOpen)
                {
                    return ErrorCode.InvalidTxnState;
                }

                var error = group.Stage(request.Producer.Id, request.Member, offsets);
                if (error == ErrorCode.None)
                {
                    transaction.Include(offsets);
                    Record(transaction);
                }

                return error;
            }));

    public ErrorCode EndTransaction(EndTxnRequest request) =>
        WithOwner(request.TransactionalId, request.Producer, transaction =>
        {
            if (transaction.IsOpen)
            {
                End(transaction, request.Commit);
                return ErrorCode.None;
            }

            // The same end asked for again: the first answer was lost.
            var done = request.Commit ? TransactionStatus.CompleteCommit : TransactionStatus.CompleteAbort;
            return transaction.Status == done ? ErrorCode.None : ErrorCode.InvalidTxnState;
        });

    /// <summary>Appends a transactional batch, in one step with the check that its transaction is open and covers the partition.</summary>
    public AppendResult Append(string transactionalId, TopicPartition place, PartitionLog log, ReadOnlyMemory<byte> batch)
    {
        if (!BatchHeader.TryRead(batch.Span, out var header) || !header.IsTransactional)
        {
            return new(ErrorCode.InvalidRecord);
        }

        var result = default(AppendResult);
        var error = WithOwner(transactionalId, new(header.ProducerId, header.ProducerEpoch), transaction =>
        {
            if (!transaction.Covers(place))
            {
                return ErrorCode.InvalidTxnState;
            }

            result = log.Append(batch.Span);
            return result.Error;
        });

        // Producers know a fenced epoch by this code on the produce path.
        return error == ErrorCode.None ? result : new(error == ErrorCode.ProducerFenced ? ErrorCode.InvalidProducerEpoch : error);
    }

    /// <summary>Aborts transactions that have outlived their timeout, fencing their producers; carries on with an end that failed half way, as on a full disk.</summary>
    public void Sweep()
    {
        foreach (var transaction in _transactions.Values)
        {
            lock (transaction.Lock)
            {
                if (transaction.IsPrepared)
                {
                    Finish(transaction);
                }
                else if (transaction.IsOpen && _time.GetElapsedTime(transaction.StartedAt) > transaction.Timeout)
                {
                    Fence(transaction);
                }
            }
        }
    }

    public void Dispose() => _journal.Dispose();

    private ErrorCode WithOwner(string id, ProducerIdentity producer, Func<Transaction, ErrorCode> act)
    {
        if (!_transactions.TryGetValue(id, out var transaction))
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        lock (transaction.Lock)
        {
            var error = transaction.Check(producer);
            return error == ErrorCode.None ? act(transaction) : error;
        }
    }

    /// <summary>Aborts under the next epoch, so that the marker fences the owner in the partitions too.</summary>
    private void Fence(Transaction transaction)
    {
        transaction.Producer = transaction.Producer with { Epoch = (short)(transaction.Producer.Epoch + 1) };
        End(transaction, commit: false);
    }

    private void End(Transaction transaction, bool commit)
    {
        transaction.Status = commit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort;
        Record(transaction);
        Finish(transaction);
    }

    private void Finish(Transaction transaction)
    {
        var commit = transaction.Status == TransactionStatus.PrepareCommit;
        var (producerId, epoch) = transaction.Producer;
        foreach (var group in transaction.Groups)
        {
            _groups.Find(group)?.Resolve(producerId, commit);
        }

        foreach (var (topic, partition) in transaction.Partitions)
        {
            _topics.Find(topic, partition)?.EndTransaction(producerId, epoch, commit);
        }

        transaction.Complete(commit ? TransactionStatus.CompleteCommit : TransactionStatus.CompleteAbort);
        Record(transaction);
    }

    private void RollForward()
    {
        foreach (var transaction in _transactions.Values)
        {
            foreach (var offsets in transaction.Journalled!.Offsets.GroupBy(offset => offset.Group))
            {
                _groups.GetOrAdd(offsets.Key).Stage(transaction.Producer.Id, new(offsets.Key, -1, "", null), offsets);
            }

            if (transaction.IsPrepared)
            {
                Finish(transaction);
            }
        }
    }

    private ProducerIdentity Next(ProducerIdentity producer) =>
        producer.Id < 0 || producer.Epoch >= LastEpoch ? new(_producerIds.Next(), 0) : new(producer.Id, (short)(producer.Epoch + 1));

    private void Record(Transaction transaction) => _journal.Append(transaction.Record());
}
