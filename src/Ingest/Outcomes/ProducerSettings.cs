using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>The transactional producer's settings, over whatever addresses and security were configured.</summary>
internal static class ProducerSettings
{
    /// <summary>Fits the largest record of ours: a dead letter with the original bytes and our headers.</summary>
    public const int MaxMessageBytes = 6 * 1024 * 1024;

    public static ProducerConfig For(ProducerConfig given, IngestOptions options) => new(new Dictionary<string, string>(given))
    {
        TransactionTimeoutMs = options.TransactionTimeoutSeconds * 1000,
        // Must stay below the transaction's, or a message could outlive it.
        MessageTimeoutMs = (options.TransactionTimeoutSeconds - 1) * 1000,
        EnableIdempotence = true,
        EnableDeliveryReports = false,
        LingerMs = 2,
        // AddOffsets waits this long behind the last transaction's end; the default of 100 ms would halve the rate.
        RetryBackoffMs = 15,
        Partitioner = Partitioner.Murmur2Random,
        MessageMaxBytes = MaxMessageBytes,
        CompressionType = CompressionType.Lz4,
    };
}
