using Confluent.Kafka;

namespace Vigil.Ingest.Tests.Consuming;

/// <summary>What an operator may configure, and what stands over it.</summary>
public sealed class ConsumerSettingsTests
{
    [Fact]
    public void For_SettingsThatWouldLoseOrRepeat_AreOverridden()
    {
        var given = new ConsumerConfig { EnableAutoCommit = true, EnableAutoOffsetStore = true, IsolationLevel = IsolationLevel.ReadUncommitted, AutoOffsetReset = AutoOffsetReset.Latest };

        var config = ConsumerSettings.For(given, new IngestOptions());

        Assert.False(config.EnableAutoCommit);
        Assert.False(config.EnableAutoOffsetStore);
        Assert.Equal(IsolationLevel.ReadCommitted, config.IsolationLevel);
        Assert.Equal(AutoOffsetReset.Error, config.AutoOffsetReset);
    }

    /// <summary>Eager strategies take every partition away at each rebalance; a poll interval as short as the session ends a worker that loads a model.</summary>
    [Fact]
    public void For_AnyGroup_RebalancesByPartsAndOutlastsALongBatch()
    {
        var options = new IngestOptions { SessionTimeoutSeconds = 10 };

        var config = ConsumerSettings.For(new ConsumerConfig { PartitionAssignmentStrategy = PartitionAssignmentStrategy.RoundRobin, MaxPollIntervalMs = 10_000 }, options);

        Assert.Equal(PartitionAssignmentStrategy.CooperativeSticky, config.PartitionAssignmentStrategy);
        Assert.Equal(10_000, config.SessionTimeoutMs);
        Assert.InRange(config.HeartbeatIntervalMs!.Value, 1, 10_000 / 3);
        Assert.True(config.MaxPollIntervalMs >= 120_000);
    }

    [Fact]
    public void For_OtherSettings_AreKept() =>
        Assert.Equal("rack-7", ConsumerSettings.For(new ConsumerConfig { ClientRack = "rack-7" }, new IngestOptions()).ClientRack);

    /// <summary>Pitfall 55: a queue that is full asks again soon, not after a second, and holds several of the longest records.</summary>
    [Fact]
    public void For_AnyQueue_IsFilledAgainSoonAndHoldsTheLongestRecords()
    {
        var config = ConsumerSettings.For(new ConsumerConfig { FetchQueueBackoffMs = 1_000, QueuedMaxMessagesKbytes = 1 }, new IngestOptions());

        Assert.InRange(config.FetchQueueBackoffMs!.Value, 1, 100);
        Assert.True(config.QueuedMaxMessagesKbytes * 1024L >= 4L * config.MessageMaxBytes);
    }
}
