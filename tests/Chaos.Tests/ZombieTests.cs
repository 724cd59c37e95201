using Confluent.Kafka;
using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests;

/// <summary>
/// A worker that stops (SIGSTOP) in the middle of a transaction, is taken for dead, and goes on when another has its partitions:
/// it commits nothing of what it began.
/// </summary>
public sealed class ZombieTests
{
    private const string Prefix = "chaos.";
    private const string Group = "chaos.worker";
    private const int Burst = 40;

    // The second transaction: the first shows that the worker is well.
    private const string Failpoint = "after-first-produce:2:stop";

    private static readonly Topics Topics = new(Prefix);
    private static readonly Dictionary<string, string> Prefixed = new() { ["VIGIL__KAFKA__PREFIX"] = Prefix };
    private static readonly Dictionary<string, string> Stopping = new(Prefixed) { ["VIGIL_FAILPOINT"] = Failpoint };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_StoppedPastItsSessionAndContinued_CommitsNothing()
    {
        var data = Directory.CreateTempSubdirectory("vigil-zombie-").FullName;
        try
        {
            await using (var broker = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = data }))
            {
                using var topics = VigilProcess.Start(broker.Bootstrap, Prefixed, "topics", "apply");
                Assert.Equal(0, await topics.ExitCodeAsync(Token));
                await StopAndContinueAsync(broker);
            }

            // What it had sent before it stopped is on the log, and under an abort marker.
            Assert.True(AbortMarkers.Count(data) > 0, "no transaction was aborted");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task StopAndContinueAsync(DevelopmentBroker broker)
    {
        var published = new List<(int Partition, long Offset)>();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = broker.Bootstrap, EnableIdempotence = true, LingerMs = 5 }).Build();
        using var zombie = Worker(broker, "zombie", Stopping);
        using var heir = Worker(broker, "heir", Prefixed);

        while (!zombie.IsStopped)
        {
            Assert.False(zombie.HasExited, "the worker ended before it stopped");
            await PublishAsync(producer, published);
            await Task.Delay(200, Token);
        }

        // Read-committed readers stand before what the zombie left open, so it is the committed offsets that tell.
        await TopicContents.Until(() => IsCommitted(broker, published), "the other worker to take the partitions over", Token);
        Assert.True(zombie.IsStopped, "the worker went on by itself");

        zombie.Signal("CONT");
        await PublishAsync(producer, published);
        await TopicContents.Until(() => TopicContents.ReadStatus(broker.Bootstrap, Topics.Status).Count >= published.Count && IsCommitted(broker, published), "every record to have its status", Token);
        Outcomes.AreOneOfEach(broker.Bootstrap, Topics, published);
    }

    private static bool IsCommitted(DevelopmentBroker broker, List<(int Partition, long Offset)> published)
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = broker.Bootstrap, GroupId = Group }).Build();
        var ends = published.GroupBy(one => one.Partition).ToDictionary(one => one.Key, one => one.Max(place => place.Offset) + 1);
        return reader.Committed([.. ends.Keys.Select(partition => new TopicPartition(Topics.Content, partition))], TimeSpan.FromSeconds(10))
            .All(place => place.Offset.Value >= ends[place.Partition.Value]);
    }

    private static async Task PublishAsync(IProducer<byte[], byte[]> producer, List<(int Partition, long Offset)> published)
    {
        var first = published.Count;
        var done = await Task.WhenAll(Enumerable.Range(first, Burst).Select(number => producer.ProduceAsync(Topics.Content, SteadyPublisher.Item(number), Token)));
        published.AddRange(done.Select(one => (one.Partition.Value, one.Offset.Value)));
    }

    private static VigilProcess Worker(DevelopmentBroker broker, string instance, Dictionary<string, string> environment) => VigilProcess.Start(
        broker.Bootstrap,
        environment,
        "run",
        "--roles",
        "worker",
        "--set",
        $"Ingest:Instance={instance}",
        "--set",
        "Ingest:SessionTimeoutSeconds=3",
        // Longer than the test: it is the group, not the transaction's own time-out, that must turn the zombie away.
        "--set",
        "Ingest:TransactionTimeoutSeconds=60",
        "--set",
        "Bank:Starter=",
        "--set",
        "Ingest:BatchRecords=20");
}
