using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>Records read together, in order per partition; what is mutable is guarded by <see cref="InFlightBatches"/>.</summary>
public sealed class SealedBatch
{
    internal SealedBatch(IReadOnlyList<ConsumedRecord> records, long epoch, IConsumerGroupMetadata groupMetadata, long sealedAt)
    {
        Records = records;
        Epoch = epoch;
        GroupMetadata = groupMetadata;
        SealedAt = sealedAt;
    }

    public IReadOnlyList<ConsumedRecord> Records { get; }

    /// <summary>Counts the rewinds before it; a batch of an older epoch than the present one is discarded.</summary>
    public long Epoch { get; }

    /// <summary>Time provider's timestamp of the sealing.</summary>
    public long SealedAt { get; }

    internal IConsumerGroupMetadata GroupMetadata { get; set; }

    internal HashSet<int> Lost { get; } = [];

    internal bool Begun { get; set; }

    internal bool AbortWanted { get; set; }
}

/// <summary>What a transaction may commit of a batch: group metadata as captured on the poll thread, and the partitions lost since.</summary>
public sealed record BatchSeal(IConsumerGroupMetadata GroupMetadata, IReadOnlySet<int> Lost);
