using Confluent.Kafka;
using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>Reads whole topics back, read-committed, as an outsider would.</summary>
internal static class TopicContents
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static List<ConsumeResult<byte[]?, byte[]?>> ReadAll(string bootstrap, string topic)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = $"read-{Guid.NewGuid():n}",
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,
        };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Select(partition => partition.PartitionId).ToList();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        var ended = new HashSet<int>();
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (ended.Count < partitions.Count)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException($"{topic} was not read to its end.");
            if (read.IsPartitionEOF)
            {
                ended.Add(read.Partition);
            }
            else
            {
                records.Add(read);
            }
        }

        return records;
    }

    public static List<StatusEvent> ReadStatus(string bootstrap, string topic) =>
        [.. ReadAll(bootstrap, topic).Select(record => StatusEvent.Parser.ParseFrom(record.Message.Value))];

    /// <summary>Waits until <paramref name="condition"/> holds; fails after three minutes.</summary>
    public static Task Until(Func<bool> condition, string what, CancellationToken cancellation, Func<Task?>? watched = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, cancellation, watched);

    /// <inheritdoc cref="Until"/>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellation, Func<Task?>? watched = null)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (watched?.Invoke() is { IsFaulted: true } fault)
            {
                await fault;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"Waited three minutes for: {what}");
            await Task.Delay(100, cancellation);
        }
    }
}
