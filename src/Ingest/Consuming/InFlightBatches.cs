using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>
/// The sealed batches between poll thread and commit, and the rules of <c>design.md</c> §6.1 for them at a rebalance and
/// after an abort. Pure bookkeeping, thread-safe.
/// </summary>
public sealed class InFlightBatches
{
    private readonly Lock _lock = new();
    private readonly List<SealedBatch> _batches = [];
    private long _epoch;

    /// <summary>Counts the discards: whatever was read under an earlier epoch must not be committed.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _batches.Count;
            }
        }
    }

    public bool IsDiscarded(SealedBatch batch) => batch.Epoch != Epoch;

    internal void Add(SealedBatch batch)
    {
        lock (_lock)
        {
            _batches.Add(batch);
        }
    }

    /// <summary>Revoked or lost partitions: batches not begun are stripped of them, a begun one that holds any must abort.</summary>
    internal void Lose(IReadOnlyCollection<int> partitions)
    {
        lock (_lock)
        {
            foreach (var batch in _batches)
            {
                if (!batch.Begun)
                {
                    batch.Lost.UnionWith(partitions);
                }
                else if (batch.Records.Any(record => partitions.Contains(record.Partition)))
                {
                    batch.AbortWanted = true;
                }
            }
        }
    }

    /// <summary>Seals what has not begun again, with the metadata of the present generation. Poll thread only.</summary>
    internal void Reseal(IConsumerGroupMetadata groupMetadata)
    {
        lock (_lock)
        {
            foreach (var batch in _batches.Where(batch => !batch.Begun))
            {
                batch.GroupMetadata = groupMetadata;
            }
        }
    }

    /// <summary>Takes the seal under which the batch will be committed; null when it was discarded.</summary>
    public BatchSeal? Begin(SealedBatch batch)
    {
        lock (_lock)
        {
            if (batch.Epoch != _epoch)
            {
                _batches.Remove(batch);
                return null;
            }

            batch.Begun = true;
            return new(batch.GroupMetadata, batch.Lost);
        }
    }

    /// <summary>A partition of the begun batch was lost: its transaction must not commit.</summary>
    public bool MustAbort(SealedBatch batch)
    {
        lock (_lock)
        {
            return batch.AbortWanted;
        }
    }

    public void Finish(SealedBatch batch)
    {
        lock (_lock)
        {
            _batches.Remove(batch);
        }
    }

    /// <summary>An abort: all batches are void, and the poll thread will seek to the committed offsets.</summary>
    /// <param name="discardOverlays">Told the new epoch before anyone else sees it.</param>
    public void Discard(Action<long> discardOverlays)
    {
        lock (_lock)
        {
            _batches.Clear();
            discardOverlays(_epoch + 1);
            Volatile.Write(ref _epoch, _epoch + 1);
        }
    }
}
