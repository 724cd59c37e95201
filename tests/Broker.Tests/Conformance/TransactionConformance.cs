using Confluent.Kafka;
using WireError = Vigil.Broker.Protocol.ErrorCode;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>Transactions: committed records and offsets count together, aborted and open ones not at all, and a fenced producer can do nothing.</summary>
public abstract class TransactionConformance(IBrokerUnderTest broker) : ConformanceSuite(broker)
{
    [Fact]
    public async Task Commit_AfterAbort_OnlyCommittedRecordsAreRead()
    {
        var topic = await TopicAsync();
        var producer = TransactionalProducer(Name("producer"));

        Transaction(producer, topic, commit: true, "c0", "c1");
        Transaction(producer, topic, commit: false, "a0", "a1");
        Transaction(producer, topic, commit: true, "c2");

        Assert.Equal(["c0", "c1", "c2"], ValuesOf(topic));
        Assert.Equal(["c0", "c1", "a0", "a1", "c2"], ValuesOf(topic, IsolationLevel.ReadUncommitted));

        // A marker takes an offset: c0 c1 [2] a0 a1 [5] c2 [7].
        Assert.Equal([0, 1, 6], ReadToEnd(topic).Select(record => record.Offset.Value));
        Assert.Equal(8, await EndOffsetAsync(topic, IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task OpenTransaction_HoldsTheLastStableOffset_UntilItEnds()
    {
        var topic = await TopicAsync();
        await Producer().ProduceAsync(topic, Record("before"), Cancellation);
        var producer = TransactionalProducer(Name("producer"));
        producer.BeginTransaction();
        await producer.ProduceAsync(topic, Record("open"), Cancellation);
        await Producer().ProduceAsync(topic, Record("behind"), Cancellation);

        Assert.Equal(["before"], ValuesOf(topic));
        Assert.Equal(["before", "open", "behind"], ValuesOf(topic, IsolationLevel.ReadUncommitted));
        Assert.Equal(1, await EndOffsetAsync(topic, IsolationLevel.ReadCommitted));
        Assert.Equal(3, await EndOffsetAsync(topic, IsolationLevel.ReadUncommitted));

        producer.CommitTransaction(Patience);
        Assert.Equal(["before", "open", "behind"], ValuesOf(topic));
        Assert.Equal(4, await EndOffsetAsync(topic, IsolationLevel.ReadCommitted));
    }

    [Fact]
    public async Task Abort_BetweenAnothersRecords_HidesOnlyItsOwn()
    {
        var topic = await TopicAsync();
        var kept = TransactionalProducer(Name("kept"));
        var dropped = TransactionalProducer(Name("dropped"));
        kept.BeginTransaction();
        dropped.BeginTransaction();
        for (var i = 0; i < 3; i++)
        {
            await kept.ProduceAsync(topic, Record($"kept {i}"), Cancellation);
            await dropped.ProduceAsync(topic, Record($"dropped {i}"), Cancellation);
        }

        dropped.AbortTransaction(Patience);
        Assert.Empty(ValuesOf(topic));

        kept.CommitTransaction(Patience);
        Assert.Equal(["kept 0", "kept 1", "kept 2"], ValuesOf(topic));
    }

    [Fact]
    public async Task SendOffsets_CommittedOrAborted_CountWithTheirTransaction()
    {
        var (input, output, group) = (await TopicAsync(), await TopicAsync(), Name("group"));
        for (var i = 0; i < 6; i++)
        {
            await Producer().ProduceAsync(input, Record($"{i}"), Cancellation);
        }

        var producer = TransactionalProducer(Name("producer"));
        var consumer = Consumer(group, config => config.IsolationLevel = IsolationLevel.ReadCommitted);
        consumer.Subscribe(input);

        Transform(consumer, producer, output, 3, commit: true);
        await UntilAsync(async () => await CommittedAsync(group, input) == 3, "the offset is committed");
        Transform(consumer, producer, output, 2, commit: false);
        Assert.Equal(3, await CommittedAsync(group, input));
        consumer.Close();

        var resumed = Consumer(group);
        resumed.Subscribe(input);
        Transform(resumed, producer, output, 3, commit: true);
        await UntilAsync(async () => await CommittedAsync(group, input) == 6, "the offset is committed");
        Assert.Equal(["0", "1", "2", "3", "4", "5"], ValuesOf(output));
    }

    [Fact]
    public async Task SendOffsets_WhileOpen_AreUnstable()
    {
        var (input, group) = (await TopicAsync(), Name("group"));
        await Producer().ProduceAsync(input, Record("one"), Cancellation);
        var producer = TransactionalProducer(Name("producer"));
        var consumer = Consumer(group);
        consumer.Subscribe(input);
        var record = Next(consumer);
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);

        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(record.TopicPartition, 1)], consumer.ConsumerGroupMetadata, Patience);
        var open = await client.FetchStableOffsetAsync(group, input);
        producer.CommitTransaction(Patience);

        Assert.Equal(WireError.UnstableOffsetCommit, open.Error);
        await UntilAsync(async () => await client.FetchStableOffsetAsync(group, input) == (WireError.None, 1L), "the offset is stable");
    }

    [Fact]
    public async Task SendOffsets_OfAFormerGeneration_AreRefused()
    {
        var (input, group) = (await TopicAsync(2), Name("group"));
        await Producer().ProduceAsync(input, Record("one"), Cancellation);
        var producer = TransactionalProducer(Name("producer"));
        var consumer = Consumer(group);
        consumer.Subscribe(input);
        var record = Next(consumer);
        var former = consumer.ConsumerGroupMetadata;
        var second = Consumer(group);
        second.Subscribe(input);
        await UntilAsync(() => Task.FromResult(Assigned(consumer) == 1 && Assigned(second) == 1), "each member has one partition");

        producer.BeginTransaction();
        Assert.ThrowsAny<KafkaException>(() => producer.SendOffsetsToTransaction([new TopicPartitionOffset(record.TopicPartition, 1)], former, Patience));
        producer.AbortTransaction(Patience);

        Assert.Equal(Offset.Unset.Value, await CommittedAsync(group, input));
    }

    [Fact]
    public async Task InitTransactions_OfASecondProducer_FencesTheFirst()
    {
        var (topic, id) = (await TopicAsync(), Name("producer"));
        var zombie = TransactionalProducer(id);
        zombie.BeginTransaction();
        await zombie.ProduceAsync(topic, Record("zombie"), Cancellation);

        var successor = TransactionalProducer(id);
        Transaction(successor, topic, commit: true, "successor");

        var fenced = Assert.ThrowsAny<KafkaException>(() => zombie.CommitTransaction(Patience));
        Assert.True(fenced.Error.IsFatal);
        Assert.Equal(["successor"], ValuesOf(topic));
    }

    [Fact]
    public async Task Requests_OfAFencedEpoch_AreRefused()
    {
        var (topic, id) = (await TopicAsync(), Name("producer"));
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var former = await client.InitProducerIdAsync(id);
        var current = await client.InitProducerIdAsync(id);
        Assert.Equal(former.Id, current.Id);
        Assert.True(current.Epoch > former.Epoch);
        Assert.Equal(WireError.None, await client.AddPartitionAsync(id, current, topic));
        Assert.Equal(WireError.None, (await client.ProduceAsync(topic, RawClient.Batch(current, 0, transactional: true), id)).Error);

        WireError[] fenced = [WireError.InvalidProducerEpoch, WireError.ProducerFenced];
        Assert.Contains(await client.AddPartitionAsync(id, former, topic), fenced);
        Assert.Contains((await client.ProduceAsync(topic, RawClient.Batch(former, 0, transactional: true), id)).Error, fenced);
        Assert.Contains(await client.EndTransactionAsync(id, former, commit: true), fenced);

        Assert.Empty(ReadToEnd(topic));
        Assert.Equal(WireError.None, await client.EndTransactionAsync(id, current, commit: true));
        Assert.Single(ReadToEnd(topic));
    }

    [Fact]
    public async Task Produce_InATransactionWithASequenceGap_IsRefused()
    {
        var (topic, id) = (await TopicAsync(), Name("producer"));
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var producer = await client.InitProducerIdAsync(id);
        Assert.Equal(WireError.None, await client.AddPartitionAsync(id, producer, topic));

        var first = await client.ProduceAsync(topic, RawClient.Batch(producer, 0, transactional: true), id);
        var gap = await client.ProduceAsync(topic, RawClient.Batch(producer, 5, transactional: true), id);
        var again = await client.ProduceAsync(topic, RawClient.Batch(producer, 0, transactional: true), id);

        Assert.Equal((WireError.None, 0L), first);
        Assert.Equal(WireError.OutOfOrderSequenceNumber, gap.Error);
        Assert.Equal(first, again);
        Assert.Single(ReadToEnd(topic, IsolationLevel.ReadUncommitted));
    }

    [Fact]
    public async Task Produce_OutsideATransaction_IsRefused()
    {
        var (topic, id) = (await TopicAsync(), Name("producer"));
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var producer = await client.InitProducerIdAsync(id);

        var refused = await client.ProduceAsync(topic, RawClient.Batch(producer, 0, transactional: true), id);

        Assert.Equal(WireError.InvalidTxnState, refused.Error);
        Assert.Empty(ReadToEnd(topic, IsolationLevel.ReadUncommitted));
    }

    [Fact]
    public async Task EndTransaction_WithNoneOpen_IsRefusedOrRepeated()
    {
        var (topic, id) = (await TopicAsync(), Name("producer"));
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        var producer = await client.InitProducerIdAsync(id);

        Assert.Equal(WireError.InvalidTxnState, await client.EndTransactionAsync(id, producer, commit: true));
        Assert.Equal(WireError.None, await client.AddPartitionAsync(id, producer, topic));
        Assert.Equal(WireError.None, await client.EndTransactionAsync(id, producer, commit: true));
        Assert.Equal(WireError.None, await client.EndTransactionAsync(id, producer, commit: true));
        Assert.Equal(WireError.InvalidTxnState, await client.EndTransactionAsync(id, producer, commit: false));
    }

    [Fact]
    public async Task TransactionTimeout_OfASilentProducer_AbortsItsTransaction()
    {
        var topic = await TopicAsync();
        var producer = TransactionalProducer(Name("producer"), timeoutMs: 1_000);
        producer.BeginTransaction();
        await producer.ProduceAsync(topic, Record("silent"), Cancellation);
        await Producer().ProduceAsync(topic, Record("behind"), Cancellation);

        await UntilAsync(async () => await EndOffsetAsync(topic, IsolationLevel.ReadCommitted) == 3, "the transaction is aborted");

        Assert.Equal(["behind"], ValuesOf(topic));
        Assert.ThrowsAny<KafkaException>(() => producer.CommitTransaction(Patience));
        Assert.Equal(["behind"], ValuesOf(topic));
    }

    private static void Transaction(IProducer<string?, string?> producer, string topic, bool commit, params string[] values)
    {
        producer.BeginTransaction();
        foreach (var value in values)
        {
            producer.Produce(topic, Record(value));
        }

        producer.Flush(Patience);
        End(producer, commit);
    }

    private static void Transform(IConsumer<string?, string?> consumer, IProducer<string?, string?> producer, string output, int count, bool commit)
    {
        producer.BeginTransaction();
        TopicPartitionOffset? next = null;
        for (var i = 0; i < count; i++)
        {
            var record = Next(consumer);
            producer.Produce(output, Record(record.Message.Value));
            next = new TopicPartitionOffset(record.TopicPartition, record.Offset + 1);
        }

        producer.SendOffsetsToTransaction([next], consumer.ConsumerGroupMetadata, Patience);
        producer.Flush(Patience);
        End(producer, commit);
    }

    private static void End(IProducer<string?, string?> producer, bool commit)
    {
        if (commit)
        {
            producer.CommitTransaction(Patience);
        }
        else
        {
            producer.AbortTransaction(Patience);
        }
    }

    private static ConsumeResult<string?, string?> Next(IConsumer<string?, string?> consumer)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { IsPartitionEOF: false } record)
            {
                return record;
            }
        }

        throw new TimeoutException("No record came.");
    }

    private static int Assigned(IConsumer<string?, string?> consumer)
    {
        consumer.Consume(TimeSpan.FromMilliseconds(50));
        return consumer.Assignment.Count;
    }
}
