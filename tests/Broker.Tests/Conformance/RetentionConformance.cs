using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>Retention and compaction: what a topic's settings let go is gone, and nothing else.</summary>
public abstract class RetentionConformance(IBrokerUnderTest broker) : ConformanceSuite(broker)
{
    [Fact]
    public async Task RetentionBySize_DropsTheOldest_AndKeepsEnough()
    {
        var topic = await TopicAsync(1, ("segment.bytes", "1048576"), ("retention.bytes", "2097152"));
        var producer = Producer();
        for (var i = 0; i < 60; i++)
        {
            await producer.ProduceAsync(topic, Record(new string('x', 100_000)), Cancellation);
        }

        await UntilAsync(async () => await OffsetAsync(topic, OffsetSpec.Earliest()) > 0, "the oldest records are gone");

        Assert.Equal(60, await OffsetAsync(topic, OffsetSpec.Latest()));
        Assert.True(ReadToEnd(topic).Count >= 20, "two megabytes are kept");
    }

    [Fact]
    public async Task RetentionByAge_DropsWhatIsOld_AndKeepsTheEnd()
    {
        var topic = await TopicAsync(1, ("retention.ms", "1000"));
        await Producer().ProduceAsync(topic, Record("old"), Cancellation);

        await UntilAsync(async () => await OffsetAsync(topic, OffsetSpec.Earliest()) == 1, "the record is gone");

        var next = await Producer().ProduceAsync(topic, Record("next"), Cancellation);
        Assert.Equal(1, next.Offset.Value);
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Lz4)]
    public async Task Compaction_KeepsTheLastOfEachKey_AtItsOffset(CompressionType codec)
    {
        var topic = await TopicAsync(1, ("cleanup.policy", "compact"));
        var producer = Producer(config => config.CompressionType = codec);
        for (var i = 0; i < 1_000; i++)
        {
            producer.Produce(topic, Record($"value {i}", $"key {i % 10}"));
        }

        producer.Flush(Patience);
        await producer.ProduceAsync(topic, Record(null, "key 3"), Cancellation);

        await CompactedAsync(topic, producer, count => count < 50);

        var last = ReadToEnd(topic).Where(record => record.Message.Key != "filler").GroupBy(record => record.Message.Key).ToDictionary(key => key.Key!, key => key.Last());
        Assert.Equal(10, last.Count);
        Assert.All(last.Where(pair => pair.Key != "key 3"), pair => Assert.Equal($"value {pair.Value.Offset.Value}", pair.Value.Message.Value));
        Assert.All(last.Where(pair => pair.Key != "key 3"), pair => Assert.InRange(pair.Value.Offset.Value, 990, 999));
        Assert.Null(last["key 3"].Message.Value);
    }

    [Fact]
    public async Task Compaction_OfTransactions_DropsAbortedAndKeepsCommitted()
    {
        var topic = await TopicAsync(1, ("cleanup.policy", "compact"));
        var producer = TransactionalProducer(Name("producer"));
        for (var i = 0; i < 50; i++)
        {
            producer.BeginTransaction();
            producer.Produce(topic, Record($"value {i}", "a"));
            producer.Produce(topic, Record($"value {i}", i % 2 == 0 ? "even" : "odd"));
            // Apache Kafka now and then refuses to abort what it has hardly begun.
            producer.Flush(Patience);
            if (i % 2 == 0)
            {
                producer.CommitTransaction(Patience);
            }
            else
            {
                producer.AbortTransaction(Patience);
            }
        }

        await CompactedAsync(topic, Producer(), count => count < 30);

        var last = ReadToEnd(topic).Where(record => record.Message.Key != "filler").GroupBy(record => record.Message.Key).ToDictionary(key => key.Key!, key => key.Last().Message.Value);
        Assert.Equal(new Dictionary<string, string?> { ["a"] = "value 48", ["even"] = "value 48" }, last);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compaction_OfALogThatEndsInAMarker_LeavesItsEndToBeReached(bool committed)
    {
        var topic = await TopicAsync(1, ("cleanup.policy", "compact"));
        var producer = TransactionalProducer(Name("producer"));
        foreach (var commit in new[] { true, committed })
        {
            producer.BeginTransaction();
            producer.Produce(topic, Record("value", "a"));
            producer.Flush(Patience);
            if (commit)
            {
                producer.CommitTransaction(Patience);
            }
            else
            {
                producer.AbortTransaction(Patience);
            }
        }

        await StartBrokerAgainAsync();

        Assert.Equal(4, await OffsetAsync(topic, OffsetSpec.Latest()));
        Assert.Equal(committed ? 2 : 0, ReadToEnd(topic)[^1].Offset.Value);
    }

    /// <summary>Kafka's cleaner leaves the segment that is being written alone, so writing goes on until it has rolled.</summary>
    private async Task CompactedAsync(string topic, IProducer<string?, string?> producer, Predicate<int> done)
    {
        await StartBrokerAgainAsync();
        producer = Producer();
        await UntilAsync(
            async () =>
            {
                await producer.ProduceAsync(topic, Record("filler", "filler"), Cancellation);
                return done(ReadToEnd(topic, IsolationLevel.ReadUncommitted).Count(record => record.Message.Key != "filler"));
            },
            "the topic is compacted");
    }
}
