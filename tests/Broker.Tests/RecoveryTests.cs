using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Tests;

/// <summary>What a broker process killed with -9 leaves behind is served by the next one: all that was acknowledged, and no half of anything.</summary>
public sealed class RecoveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KilledBroker_StartedAgain_ServesEveryAcknowledgedRecord()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new List<string>();
        string id;
        using (var process = await BrokerProcess.StartAsync(folder.Path, Cancellation))
        {
            id = await CreateAsync(process.Bootstrap);
            using var producer = Producer(process.Bootstrap);
            for (var i = 0; i < 200; i++)
            {
                await producer.ProduceAsync("topic", new Message<Null, string> { Value = $"{i}" }, Cancellation);
                acknowledged.Add($"{i}");
            }

            Commit(process.Bootstrap, 150);
            await process.KillAsync(Cancellation);
        }

        TearTail(folder.Path);

        using var again = await BrokerProcess.StartAsync(folder.Path, Cancellation);
        using var resumed = Producer(again.Bootstrap);
        var next = await resumed.ProduceAsync("topic", new Message<Null, string> { Value = "next" }, Cancellation);
        Assert.Equal(200, next.Offset.Value);
        Assert.Equal([.. acknowledged, "next"], Read(again.Bootstrap, IsolationLevel.ReadUncommitted));
        Assert.Equal(150, Commit(again.Bootstrap, null));
        Assert.Equal(id, await IdAsync(again.Bootstrap));
        await again.KillAsync(Cancellation);
    }

    [Fact]
    public async Task KilledBroker_InATransaction_AbortsItWhenItsProducerReturns()
    {
        using var folder = new TemporaryFolder();
        using (var process = await BrokerProcess.StartAsync(folder.Path, Cancellation))
        {
            await CreateAsync(process.Bootstrap);
            using var producer = Producer(process.Bootstrap, "worker");
            producer.BeginTransaction();
            await producer.ProduceAsync("topic", new Message<Null, string> { Value = "open" }, Cancellation);
            await process.KillAsync(Cancellation);
        }

        using var again = await BrokerProcess.StartAsync(folder.Path, Cancellation);
        Assert.Equal(["open"], Read(again.Bootstrap, IsolationLevel.ReadUncommitted));
        Assert.Empty(Read(again.Bootstrap, IsolationLevel.ReadCommitted));
        using var successor = Producer(again.Bootstrap, "worker");
        successor.BeginTransaction();
        await successor.ProduceAsync("topic", new Message<Null, string> { Value = "committed" }, Cancellation);
        successor.CommitTransaction(Patience);
        Assert.Equal(["committed"], Read(again.Bootstrap, IsolationLevel.ReadCommitted));
        await again.KillAsync(Cancellation);
    }

    [Theory]
    [InlineData(TransactionStatus.PrepareCommit)]
    [InlineData(TransactionStatus.PrepareAbort)]
    internal async Task PreparedTransaction_AtStart_IsCarriedOn(TransactionStatus prepared)
    {
        using var folder = new TemporaryFolder();
        await using (var broker = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = folder.Path }))
        {
            await CreateAsync(broker.Bootstrap);
            using var producer = Producer(broker.Bootstrap, "worker");
            producer.BeginTransaction();
            await producer.ProduceAsync("topic", new Message<Null, string> { Value = "prepared" }, Cancellation);
            using var consumer = Consumer(broker.Bootstrap);
            consumer.Subscribe("topic");
            consumer.Consume(Patience);
            producer.SendOffsetsToTransaction([new TopicPartitionOffset("topic", 0, 1)], consumer.ConsumerGroupMetadata, Patience);
            consumer.Close();
        }

        // As a broker leaves it that is killed after the decision and before the first marker.
        var journal = Path.Combine(folder.Path, "transactions.journal");
        var open = JsonSerializer.Deserialize<TransactionState>(File.ReadLines(journal).Last())!;
        Assert.Equal(TransactionStatus.Ongoing, open.Status);
        await File.AppendAllLinesAsync(journal, [JsonSerializer.Serialize(open with { Status = prepared })], Cancellation);

        await using var again = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = folder.Path });
        var committed = prepared == TransactionStatus.PrepareCommit;
        Assert.Equal(committed ? ["prepared"] : [], Read(again.Bootstrap, IsolationLevel.ReadCommitted));
        Assert.Equal(committed ? 1 : Offset.Unset.Value, Commit(again.Bootstrap, null));
    }

    [Fact]
    public async Task Start_OnAFolderInUse_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = folder.Path });

        Assert.Throws<IOException>(() => DevelopmentBroker.Start(new BrokerOptions { DataDirectory = folder.Path }));
    }

    private static async Task<string> CreateAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "topic", NumPartitions = 1, ReplicationFactor = 1 }]);
        return await IdAsync(bootstrap);
    }

    private static async Task<string> IdAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        return (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(["topic"]))).TopicDescriptions.Single().TopicId.ToString();
    }

    private static IProducer<Null, string> Producer(string bootstrap, string? transactionalId = null)
    {
        var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap, LingerMs = 0, TransactionalId = transactionalId })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        if (transactionalId is not null)
        {
            producer.InitTransactions(Patience);
        }

        return producer;
    }

    private static IConsumer<Ignore, string> Consumer(string bootstrap, IsolationLevel isolation = IsolationLevel.ReadUncommitted) =>
        new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "group",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = isolation,
        }).SetLogHandler((_, _) => { }).Build();

    private static List<string> Read(string bootstrap, IsolationLevel isolation)
    {
        using var consumer = Consumer(bootstrap, isolation);
        consumer.Assign(new TopicPartitionOffset("topic", 0, Offset.Beginning));
        var values = new List<string>();
        while (consumer.Consume(Patience) is { IsPartitionEOF: false } result)
        {
            values.Add(result.Message.Value);
        }

        return values;
    }

    /// <summary>Commits an offset, or tells which one is committed.</summary>
    private static long Commit(string bootstrap, long? offset)
    {
        using var consumer = Consumer(bootstrap);
        if (offset is { } at)
        {
            consumer.Commit([new TopicPartitionOffset("topic", 0, at)]);
        }

        return consumer.Committed([new Confluent.Kafka.TopicPartition("topic", 0)], Patience).Single().Offset.Value;
    }

    /// <summary>The start of a batch whose rest was never written.</summary>
    private static void TearTail(string folder)
    {
        var log = Directory.EnumerateFiles(folder, "*.log", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(log);
        using var file = File.OpenWrite(log);
        file.Seek(0, SeekOrigin.End);
        file.Write(bytes.AsSpan(0, 40));
    }
}
