using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests;

/// <summary>Two workers, killed (-9) in turn while records are published: nothing is lost and nothing is repeated. Pitfalls 13, 43.</summary>
public sealed class WorkerKillTests
{
    private const int Kills = 10;
    private const string Prefix = "chaos.";

    // Every third kill is the worker's own, with the first record of a transaction on the broker and nothing committed.
    private const int OwnKills = 3;
    private const string Failpoint = "after-first-produce:2";

    private static readonly Topics Topics = new(Prefix);
    private static readonly Dictionary<string, string> Prefixed = new() { ["VIGIL__KAFKA__PREFIX"] = Prefix };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_KilledTenTimesInMidStream_LosesNothingAndRepeatsNothing()
    {
        var data = Directory.CreateTempSubdirectory("vigil-chaos-").FullName;
        try
        {
            await using (var broker = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = data }))
            {
                using var topics = VigilProcess.Start(broker.Bootstrap, Prefixed, "topics", "apply");
                Assert.Equal(0, await topics.ExitCodeAsync(Token));
                using var publisher = new SteadyPublisher(broker.Bootstrap, Topics.Content);
                await KillWorkersAsync(broker, publisher);
                Check(broker, publisher.Published);
            }

            // The broker ended these transactions when the next worker of that name began.
            var aborted = AbortMarkers.Count(data);
            Assert.True(aborted >= OwnKills, $"{aborted} aborted transactions in the log");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task KillWorkersAsync(DevelopmentBroker broker, SteadyPublisher publisher)
    {
        VigilProcess[] workers = [Worker(broker, 0), Worker(broker, 1)];
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var worker = workers[kill % 2];
                if (!IsOwn(kill))
                {
                    var before = Statuses(broker);
                    await TopicContents.Until(() => Statuses(broker) >= before + 100, "progress before a kill", Token);
                    worker.Kill();
                }

                Assert.Equal(VigilProcess.Killed, await worker.ExitCodeAsync(Token).WaitAsync(TimeSpan.FromMinutes(3), Token));
                worker.Dispose();
                workers[kill % 2] = Worker(broker, kill + 2);
            }

            await publisher.StopAsync();
            await TopicContents.Until(() => Statuses(broker) >= publisher.Published.Count, "every record to have its status", Token);
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Dispose();
            }
        }
    }

    private static void Check(DevelopmentBroker broker, List<(int Partition, long Offset)> published)
    {
        var content = TopicContents.ReadAll(broker.Bootstrap, Topics.Content).Select(record => (record.Partition.Value, record.Offset.Value)).Order().ToList();

        Assert.Equal(published.Order(), content);
        Outcomes.AreOneOfEach(broker.Bootstrap, Topics, content);
    }

    private static int Statuses(DevelopmentBroker broker) => TopicContents.ReadAll(broker.Bootstrap, Topics.Status).Count;

    private static bool IsOwn(int kill) => kill < Kills && kill % 3 == 1;

    /// <param name="kill">Its number among the kills: two names take turns.</param>
    private static VigilProcess Worker(DevelopmentBroker broker, int kill) => VigilProcess.Start(
        broker.Bootstrap,
        IsOwn(kill) ? new Dictionary<string, string>(Prefixed) { ["VIGIL_FAILPOINT"] = Failpoint } : Prefixed,
        ["run", "--roles", "worker", "--set", $"Ingest:Instance={kill % 2}", "--set", "Ingest:SessionTimeoutSeconds=4", "--set", "Bank:Starter=", "--set", "Ingest:BatchRecords=50"]);
}
