using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>The consumer's settings that exactly-once depends on, over whatever addresses and security were configured.</summary>
internal static class ConsumerSettings
{
    public static ConsumerConfig For(ConsumerConfig given, IngestOptions options)
    {
        var config = new ConsumerConfig(new Dictionary<string, string>(given))
        {
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            // Where to begin is decided by PartitionStarts: a gap is an error, never a jump.
            AutoOffsetReset = AutoOffsetReset.Error,
            SessionTimeoutMs = options.SessionTimeoutSeconds * 1000,
            HeartbeatIntervalMs = Math.Max(200, options.SessionTimeoutSeconds * 1000 / 5),
            MaxPollIntervalMs = Math.Max(120_000, options.SessionTimeoutSeconds * 1000),
            // Small client queues starve in bursts with the default of one second.
            FetchQueueBackoffMs = 50,
            QueuedMaxMessagesKbytes = 32 * 1024,
            FetchWaitMaxMs = 100,
            // How soon added partitions are seen.
            TopicMetadataRefreshIntervalMs = 30_000,
            MessageMaxBytes = ProducerSettings.MaxMessageBytes,
            // One topic is read: its name need not be made again for every record.
            ConsumeResultFields = "headers,timestamp",
        };
        if (options.StaticMembership)
        {
            config.GroupInstanceId = options.InstanceName;
        }

        return config;
    }
}
