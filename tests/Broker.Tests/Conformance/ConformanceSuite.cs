using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>What the suite's tests share: topics of their own, the real client, and reading to the end.</summary>
public abstract class ConformanceSuite(IBrokerUnderTest broker) : IAsyncLifetime
{
    private const long FromBeginning = -2;

    /// <summary>Long, because the machine may be busy with other suites; only a failure waits for its end.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan ServedWithin = TimeSpan.FromSeconds(30);

    private const int Attempts = 3;

    private readonly List<IDisposable> _clients = [];
    private string _refusal = "";

    protected string Bootstrap { get; private set; } = "";

    protected IAdminClient Admin { get; private set; } = null!;

    protected IBrokerUnderTest Broker => broker;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Connect(await broker.BootstrapAsync());

    public ValueTask DisposeAsync()
    {
        Disconnect();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A random name, so that suites can share a broker.</summary>
    protected static string Name(string stem) => $"{stem}-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>A topic that is served. Apache Kafka was seen to create one and never to lead its partition: then another.</summary>
    protected async Task<string> TopicAsync(int partitions = 1, params (string Name, string Value)[] settings)
    {
        for (var attempt = 1; ; attempt++)
        {
            var topic = Name("topic");
            try
            {
                await CreateAsync(topic, partitions, settings);
                return topic;
            }
            catch (Xunit.Sdk.TrueException notServed) when (attempt < Attempts)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(notServed.Message);
            }
        }
    }

    /// <summary>Keeps records for ever unless told otherwise: tests write records that claim to be old.</summary>
    protected async Task CreateAsync(string topic, int partitions = 1, params (string Name, string Value)[] settings)
    {
        var configs = new Dictionary<string, string> { ["retention.ms"] = "-1" };
        foreach (var (name, value) in settings)
        {
            configs[name] = value;
        }

        await Admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = configs }]);
        await UntilAsync(() => IsServedAsync(topic, partitions), () => $"the new topic is served ({_refusal})", ServedWithin);
    }

    protected IProducer<string?, string?> Producer(Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig { BootstrapServers = Bootstrap, LingerMs = 1, RetryBackoffMs = 20, MessageMaxBytes = 10_000_000 };
        configure?.Invoke(config);
        return Keep(new ProducerBuilder<string?, string?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build());
    }

    protected IProducer<string?, string?> TransactionalProducer(string transactionalId, int timeoutMs = 30_000)
    {
        var producer = Producer(config =>
        {
            config.TransactionalId = transactionalId;
            config.TransactionTimeoutMs = timeoutMs;
            config.MessageTimeoutMs = timeoutMs;
        });
        producer.InitTransactions(Patience);
        return producer;
    }

    /// <summary>A consumer that the suite closes; a test that closes it itself may do so earlier.</summary>
    protected IConsumer<string?, string?> Consumer(string group, Action<ConsumerConfig>? configure = null, Action<ConsumerBuilder<string?, string?>>? build = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = Bootstrap,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            SessionTimeoutMs = 6_000,
            HeartbeatIntervalMs = 200,
            FetchWaitMaxMs = 100,
            FetchErrorBackoffMs = 50,
        };
        configure?.Invoke(config);
        var builder = new ConsumerBuilder<string?, string?>(config).SetLogHandler((_, _) => { });
        build?.Invoke(builder);
        return Keep(builder.Build());
    }

    /// <summary>Everything that a reader of this isolation level sees now, by partition and offset.</summary>
    protected List<ConsumeResult<string?, string?>> ReadToEnd(string topic, IsolationLevel isolation = IsolationLevel.ReadCommitted, int partitions = 1, long from = FromBeginning)
    {
        using var consumer = new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = Bootstrap,
            GroupId = Name("reader"),
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            IsolationLevel = isolation,
            FetchWaitMaxMs = 50,
            AutoOffsetReset = AutoOffsetReset.Error,
        }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, from)));
        var records = new List<ConsumeResult<string?, string?>>();
        for (var ended = 0; ended < partitions;)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic} was not read to its end.");
            if (result.IsPartitionEOF)
            {
                ended++;
            }
            else
            {
                records.Add(result);
            }
        }

        return [.. records.OrderBy(record => record.Partition.Value).ThenBy(record => record.Offset.Value)];
    }

    protected List<string?> ValuesOf(string topic, IsolationLevel isolation = IsolationLevel.ReadCommitted, int partitions = 1) =>
        [.. ReadToEnd(topic, isolation, partitions).Select(record => record.Message.Value)];

    protected static Message<string?, string?> Record(string? value, string? key = "key") => new() { Key = key, Value = value };

    protected async Task<long> EndOffsetAsync(string topic, IsolationLevel isolation) =>
        await OffsetAsync(topic, OffsetSpec.Latest(), isolation);

    protected async Task<long> OffsetAsync(string topic, OffsetSpec spec, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        var listed = await Admin.ListOffsetsAsync(
            [new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, 0), OffsetSpec = spec }],
            new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = Patience });
        return listed.ResultInfos[0].TopicPartitionOffsetError.Offset;
    }

    protected async Task<long> CommittedAsync(string group, string topic, int partition = 0)
    {
        var listed = await Admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, [new TopicPartition(topic, partition)])], new ListConsumerGroupOffsetsOptions { RequireStableOffsets = false, RequestTimeout = Patience });
        return listed[0].Partitions[0].Offset.Value;
    }

    /// <summary>Polls until the condition holds; fails when patience ends.</summary>
    protected static Task UntilAsync(Func<Task<bool>> condition, string expected) => UntilAsync(condition, () => expected, Patience);

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> expected, TimeSpan patience)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < patience, $"Not within {patience.TotalSeconds} s: {expected()}");
            await Task.Delay(100, Cancellation);
        }
    }

    protected async Task StartBrokerAgainAsync()
    {
        Disconnect();
        Connect(await broker.StartAgainAsync());
    }

    /// <summary>Apache Kafka answers a creation before its partitions are led.</summary>
    private async Task<bool> IsServedAsync(string topic, int partitions)
    {
        try
        {
            var earliest = Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, partition), OffsetSpec = OffsetSpec.Earliest() });
            await Admin.ListOffsetsAsync(earliest, new() { RequestTimeout = TimeSpan.FromSeconds(10) });
            return true;
        }
        catch (KafkaException refused)
        {
            _refusal = refused.Message;
            return false;
        }
    }

    private void Connect(string bootstrap)
    {
        Bootstrap = bootstrap;
        Admin = Keep(new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).SetLogHandler((_, _) => { }).Build());
    }

    private void Disconnect()
    {
        _clients.Reverse();
        foreach (var client in _clients)
        {
            (client as IConsumer<string?, string?>)?.Leave();
            client.Dispose();
        }

        _clients.Clear();
    }

    private T Keep<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }
}

internal static class ConsumerEnd
{
    /// <summary>A member that is disposed before it is closed can make librdkafka 2.16 spin for ever.</summary>
    public static void Leave(this IConsumer<string?, string?> consumer)
    {
        try
        {
            consumer.Close();
        }
        catch (ObjectDisposedException)
        {
            // The test closed it already.
        }
        catch (KafkaException fenced) when (fenced.Error.IsFatal)
        {
        }
    }
}
