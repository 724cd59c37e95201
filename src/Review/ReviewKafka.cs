using Confluent.Kafka;
using Vigil.Contracts;

namespace Vigil.Review;

/// <summary>Client settings the program gives to the review stage; security settings are already in them.</summary>
/// <param name="Consumer">Read-committed; an offset out of range is an error.</param>
/// <param name="Producer">Idempotent, acks of all.</param>
public sealed record ReviewKafka(ConsumerConfig Consumer, ProducerConfig Producer, AdminClientConfig Admin, Topics Topics)
{
    /// <summary>For looking at the queues only: nothing that asks Kafka works.</summary>
    public static ReviewKafka None { get; } = new(new(), new(), new(), new());

    /// <summary>A consumer for manual assignment: it joins no group and commits nothing.</summary>
    internal IConsumer<byte[], byte[]> OpenConsumer(Action<ConsumerConfig>? adjust = null)
    {
        var config = new ConsumerConfig(Consumer.ToDictionary())
        {
            EnablePartitionEof = true,
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Error,
            QueuedMaxMessagesKbytes = 16 * 1024,
        };
        adjust?.Invoke(config);
        return new ConsumerBuilder<byte[], byte[]>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
    }

    internal IProducer<string, byte[]> OpenProducer(TimeSpan delivery)
    {
        var config = new ProducerConfig(Producer.ToDictionary())
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            MessageTimeoutMs = (int)delivery.TotalMilliseconds,
        };
        return new ProducerBuilder<string, byte[]>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
    }

    internal IAdminClient OpenAdmin() => new AdminClientBuilder(Admin).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
}
