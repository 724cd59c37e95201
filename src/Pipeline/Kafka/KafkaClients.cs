using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Contracts;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Kafka;

/// <summary>Client settings for every Kafka client of ours; security settings pass through unread.</summary>
internal sealed class KafkaClients(IOptions<KafkaOptions> options)
{
    /// <summary>Fits the largest record of any topic (dead letters: 6 MiB) with its headers.</summary>
    private const int MaxMessageBytes = 6 * 1024 * 1024;

    private readonly KafkaOptions _options = options.Value;

    public Topics Topics { get; } = new(options.Value.Prefix);

    public KafkaOptions Options => _options;

    /// <summary>A group or transactional id under the configured prefix.</summary>
    public string Named(string name) => _options.Prefix + name;

    /// <summary>Read-committed, no automatic commits, no silent jump: an offset out of range is an error.</summary>
    public ConsumerConfig Consumer(string group) => Secured(new ConsumerConfig
    {
        GroupId = group,
        IsolationLevel = IsolationLevel.ReadCommitted,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        // A small client queue with the default back-off of 1 s starves in bursts.
        FetchQueueBackoffMs = 50,
        FetchMaxBytes = 50 * 1024 * 1024,
        MessageMaxBytes = MaxMessageBytes,
    });

    /// <summary>Idempotent, acks of all, and the partitioner of Java clients.</summary>
    public ProducerConfig Producer() => Secured(new ProducerConfig
    {
        EnableIdempotence = true,
        Acks = Acks.All,
        Partitioner = Partitioner.Murmur2Random,
        MessageMaxBytes = MaxMessageBytes,
        LingerMs = 1,
    });

    /// <summary>A transactional producer whose open transaction never holds readers back for long.</summary>
    public ProducerConfig TransactionalProducer(string transactionalId)
    {
        var config = Producer();
        config.TransactionalId = transactionalId;
        config.TransactionTimeoutMs = 10_000;
        config.MessageTimeoutMs = 9_000;
        config.RetryBackoffMs = 20;
        return config;
    }

    public AdminClientConfig Admin() => Secured(new AdminClientConfig());

    // No shell exports a name with dots: SECURITY_PROTOCOL stands for security.protocol. librdkafka's own names have no underscore.
    private static string SettingName(string name) => name.Replace('_', '.').ToLowerInvariant();

    private T Secured<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = _options.Bootstrap;
        config.ClientId = "vigil";
        // With the default, a client that has lost every broker forgets them and starts over, but what waits for the group's
        // coordinator keeps waiting for a broker that was forgotten: SendOffsetsToTransaction never returns (librdkafka#5511).
        config.MetadataRecoveryStrategy = MetadataRecoveryStrategy.None;
        // How long after a broker's return a client may still wait before it looks again; the default is 10 s.
        config.ReconnectBackoffMaxMs = 2_000;
        foreach (var (name, value) in _options.Client)
        {
            config.Set(SettingName(name), value);
        }

        return config;
    }
}
