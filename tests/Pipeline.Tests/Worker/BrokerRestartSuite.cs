using Confluent.Kafka;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>The broker goes away under clients that live on, and comes back at the same address.</summary>
public abstract class BrokerRestartSuite
{
    /// <summary>Well beyond the longest wait before a reconnect; a call that hangs does so for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<RestartableBroker> StartAsync();

    /// <summary>librdkafka#5511: with its default settings the client waits for ever for a coordinator that it has forgotten.</summary>
    [Fact]
    public async Task SendOffsets_AfterTheBrokerCameBack_Returns()
    {
        await using var broker = await StartAsync();
        await using var harness = await WorkerHarness.StartAsync(broker.Bootstrap);
        var content = harness.Clients.Topics.Content;
        await harness.PublishAsync("a", "one");
        // Left as they are if the call hangs: freed under it, they would end the process instead of the test.
        var consumer = new ConsumerBuilder<byte[], byte[]>(harness.Clients.Consumer("group")).SetLogHandler((_, _) => { }).Build();
        var producer = new ProducerBuilder<byte[], byte[]>(harness.Clients.TransactionalProducer("producer")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        producer.InitTransactions(Patience);
        Send(producer, content, consumer.ConsumerGroupMetadata);
        producer.CommitTransaction(Patience);

        await broker.RestartAsync(Token);

        // On a thread of its own: a native call that hangs cannot be cancelled.
        var sent = Task.Factory.StartNew(() => SendOrAbort(producer, content, consumer.ConsumerGroupMetadata), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await sent.WaitAsync(Patience, Token);
        producer.Dispose();
        consumer.Dispose();
    }

    [Fact]
    public async Task Run_TheBrokerComesBackThreeTimes_TheSameWorkerGoesOn()
    {
        await using var broker = await StartAsync();
        await using var harness = await WorkerHarness.StartAsync(broker.Bootstrap);
        // A transaction that the broker ends by time-out while it is away would fence the worker: not what is under test.
        var worker = await harness.StartWorkerAsync("one", transactionTimeoutSeconds: 60);
        var published = new List<(int Partition, long Offset)>();
        for (var round = 0; round < 4; round++)
        {
            await harness.StatusOfAsync(published.Count, Token);
            for (var i = 0; i < 30; i++)
            {
                published.Add(await harness.PublishAsync($"id-{round}-{i}", "a harmless line"));
            }

            if (round > 0)
            {
                await broker.RestartAsync(Token);
            }
        }

        var status = await harness.StatusOfAsync(published.Count, Token);

        Assert.Equal(published.Order(), status.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.False(worker.ExecuteTask!.IsCompleted, "the worker lives on");
    }

    // A transaction that the broker has ended meanwhile is refused at once: that too is an answer.
    private static void SendOrAbort(IProducer<byte[], byte[]> producer, string content, IConsumerGroupMetadata group)
    {
        try
        {
            Send(producer, content, group);
        }
        catch (KafkaTxnRequiresAbortException)
        {
            producer.AbortTransaction(Patience);
        }
    }

    private static void Send(IProducer<byte[], byte[]> producer, string content, IConsumerGroupMetadata group)
    {
        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(content, 0, 1)], group, TimeSpan.FromSeconds(8));
    }
}
