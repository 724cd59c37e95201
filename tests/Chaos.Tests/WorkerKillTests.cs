using System.Text;
using Confluent.Kafka;
using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Tests.Worker;
using Disposition = Vigil.Contracts.Wire.Disposition;

namespace Vigil.Chaos.Tests;

/// <summary>Two workers, killed (-9) in turn while records are published: nothing is lost and nothing is repeated.</summary>
public sealed class WorkerKillTests
{
    private const int Kills = 10;
    private const string Prefix = "chaos.";

    // Every third kill is the worker's own, with the first record of a transaction on the broker and nothing committed.
    private const string Failpoint = "after-first-produce:2";

    private static readonly Topics Topics = new(Prefix);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_KilledTenTimesInMidStream_LosesNothingAndRepeatsNothing()
    {
        var data = Directory.CreateTempSubdirectory("vigil-chaos-").FullName;
        try
        {
            await using (var broker = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = data }))
            {
                Assert.Equal(0, await Vigil(broker, "topics", "apply").ExitCodeAsync(Token));
                using var publisher = new Publisher(broker.Bootstrap);
                var selfKills = await KillWorkersAsync(broker, publisher);
                Assert.True(selfKills >= 3, $"{selfKills} kills between first produce and commit");
                await publisher.StopAsync();
                using var last = Worker(broker, "a");
                await TopicContents.Until(() => Statuses(broker) >= publisher.Published.Count, "every record to have its status", Token);
                Check(broker, publisher.Published);
            }

            // The broker ended these transactions when the next worker of that name began.
            Assert.True(AbortMarkers.Count(data) >= 3, $"{AbortMarkers.Count(data)} aborted transactions in the log");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<int> KillWorkersAsync(DevelopmentBroker broker, Publisher publisher)
    {
        var selfKills = 0;
        string[] names = ["a", "b"];
        VigilProcess[] workers = [Worker(broker, "a"), Worker(broker, "b")];
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var slot = kill % 2;
                var before = Statuses(broker);
                if (kill % 3 == 1)
                {
                    // Ended first, then started again as one that will kill itself in its second transaction.
                    workers[slot].Dispose();
                    workers[slot] = Worker(broker, names[slot], Failpoint);
                    Assert.Equal(VigilProcess.Killed, await workers[slot].ExitCodeAsync(Token).WaitAsync(TimeSpan.FromMinutes(3), Token));
                    selfKills++;
                }
                else
                {
                    await TopicContents.Until(() => Statuses(broker) >= before + 100, "progress before a kill", Token);
                    workers[slot].Kill();
                    Assert.Equal(VigilProcess.Killed, await workers[slot].ExitCodeAsync(Token));
                }

                Assert.False(publisher.IsDone, "records are still being published");
                workers[slot].Dispose();
                workers[slot] = Worker(broker, names[slot]);
            }
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Dispose();
            }
        }

        return selfKills;
    }

    private static void Check(DevelopmentBroker broker, List<(int Partition, long Offset)> published)
    {
        var content = TopicContents.ReadAll(broker.Bootstrap, Topics.Content).Select(record => (record.Partition.Value, record.Offset.Value)).Order().ToList();
        var status = TopicContents.ReadStatus(broker.Bootstrap, Topics.Status);
        var ranked = TopicContents.ReadAll(broker.Bootstrap, Topics.Ranked).Select(record => Contracts.Wire.RankedItem.Parser.ParseFrom(record.Message.Value)).ToList();

        Assert.Equal(published.Order(), content);
        Assert.Equal(content, status.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.Equal(content, ranked.Select(one => (one.Source.Partition, one.Source.Offset)).Order());
        Assert.All(status, one => Assert.True(one.Disposition is Disposition.Queued or Disposition.Cleared, $"{one.Source.Partition}/{one.Source.Offset} is {one.Disposition}"));
    }

    private static int Statuses(DevelopmentBroker broker) => TopicContents.ReadAll(broker.Bootstrap, Topics.Status).Count;

    private static VigilProcess Worker(DevelopmentBroker broker, string instance, string? failpoint = null)
    {
        var environment = new Dictionary<string, string> { ["VIGIL__KAFKA__PREFIX"] = Prefix };
        if (failpoint is not null)
        {
            environment["VIGIL_FAILPOINT"] = failpoint;
        }

        return VigilProcess.Start(
            broker.Bootstrap,
            environment,
            ["run", "--roles", "worker", "--set", $"Ingest:Instance={instance}", "--set", "Ingest:SessionTimeoutSeconds=2", "--set", "Ingest:BatchRecords=50"]);
    }

    private static VigilProcess Vigil(DevelopmentBroker broker, params string[] arguments) =>
        VigilProcess.Start(broker.Bootstrap, new Dictionary<string, string> { ["VIGIL__KAFKA__PREFIX"] = Prefix }, arguments);

    /// <summary>Publishes distinct items steadily until stopped.</summary>
    private sealed class Publisher : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<(int Partition, long Offset)> _published = [];
        private readonly IProducer<byte[], byte[]> _producer;
        private readonly Task _publishing;

        public Publisher(string bootstrap)
        {
            _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
            {
                BootstrapServers = bootstrap,
                EnableIdempotence = true,
                LingerMs = 5,
                Partitioner = Partitioner.Murmur2Random,
            }).Build();
            _publishing = PublishAsync();
        }

        public bool IsDone => _publishing.IsCompleted;

        public List<(int Partition, long Offset)> Published => _published;

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _publishing;
        }

        public void Dispose()
        {
            _stop.Cancel();
            _producer.Dispose();
            _stop.Dispose();
        }

        private async Task PublishAsync()
        {
            for (var i = 0; !_stop.IsCancellationRequested; i += 20)
            {
                var done = await Task.WhenAll(Enumerable.Range(i, 20).Select(number => _producer.ProduceAsync(Topics.Content, new()
                {
                    Key = Encoding.UTF8.GetBytes($"id-{number}"),
                    Value = Encoding.UTF8.GetBytes($$"""{"id":"id-{{number}}","parts":[{"text":"a harmless line, number {{number}}"}]}"""),
                })));
                _published.AddRange(done.Select(one => (one.Partition.Value, one.Offset.Value)));
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }
}
