using Confluent.Kafka;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>Reads a topic once, from its first record to where its committed records end now.</summary>
internal sealed class TopicReader(KafkaClients clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Calls <paramref name="read"/> for every record, read-committed, on a thread of its own.</summary>
    /// <returns>The first offset that each partition still retains.</returns>
    public async Task<IReadOnlyDictionary<int, long>> ReadAsync(string topic, Action<ConsumeResult<byte[]?, byte[]?>> read, CancellationToken cancellation) =>
        await Task.Factory.StartNew(() => Read(topic, read, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private Dictionary<int, long> Read(string topic, Action<ConsumeResult<byte[]?, byte[]?>> read, CancellationToken cancellation)
    {
        var config = clients.Consumer(clients.Named("account"));
        config.EnablePartitionEof = true;
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
        var partitions = Partitions(topic);
        var first = partitions.ToDictionary(
            partition => partition,
            partition => consumer.QueryWatermarkOffsets(new(topic, partition), Patience).Low.Value);
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var open = partitions.ToHashSet();
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = consumer.Consume(Patience)
                ?? throw new CommandFailedException($"Reading {topic} back gave nothing for {Patience.TotalSeconds} s, with {open.Count} partitions unread.");
            if (result.IsPartitionEOF)
            {
                open.Remove(result.Partition.Value);
            }
            else
            {
                read(result);
            }
        }

        consumer.Close();
        return first;
    }

    private List<int> Partitions(string topic)
    {
        using var admin = new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).Build();
        var metadata = admin.GetMetadata(topic, Patience).Topics.Single();
        return metadata.Error.IsError
            ? throw new CommandFailedException($"Topic {topic}: {metadata.Error.Reason}")
            : [.. metadata.Partitions.Select(partition => partition.PartitionId)];
    }
}
