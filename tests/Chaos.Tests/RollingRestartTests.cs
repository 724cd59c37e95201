using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests;

/// <summary>What runs after the storms, with nothing beside it.</summary>
[CollectionDefinition(nameof(RollingRestart), DisableParallelization = true)]
public sealed class RollingRestart;

/// <summary>Two workers restarted in turn, as a deployment does it: each drains, and what is published waits for nobody.</summary>
[Trait("Runs", "alone")]
[Collection(nameof(RollingRestart))]
public sealed class RollingRestartTests
{
    private const string Prefix = "rolling.";

    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly Topics Topics = new(Prefix);
    private static readonly Dictionary<string, string> Prefixed = new() { ["VIGIL__KAFKA__PREFIX"] = Prefix };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_RestartedInTurn_DrainInTimeAndNoRecordWaitsLong()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions());
        using var topics = VigilProcess.Start(broker.Bootstrap, Prefixed, "topics", "apply");
        Assert.Equal(0, await topics.ExitCodeAsync(Token));
        VigilProcess[] workers = [Worker(broker, 0), Worker(broker, 1)];
        try
        {
            using var publisher = new SteadyPublisher(broker.Bootstrap, Topics.Content);
            await ProgressAsync(broker, 200);
            var from = TimeProvider.System.GetUtcNow().UtcDateTime;
            for (var i = 0; i < workers.Length; i++)
            {
                workers[i].Signal("TERM");
                Assert.Equal(0, await workers[i].ExitCodeAsync(Token).WaitAsync(Drain, Token));
                workers[i].Dispose();
                workers[i] = Worker(broker, i);
                await ProgressAsync(broker, 1_000);
            }

            await publisher.StopAsync();
            await TopicContents.Until(() => Statuses(broker) >= publisher.Published.Count, "every record to have its status", Token);
            Assert.InRange(LongestWait(broker, from), TimeSpan.Zero, Pause);
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Dispose();
            }
        }
    }

    private static async Task ProgressAsync(DevelopmentBroker broker, int records)
    {
        var before = Statuses(broker);
        await TopicContents.Until(() => Statuses(broker) >= before + records, "progress", Token);
    }

    /// <summary>From content to status by the broker's clock, of what was published after a moment.</summary>
    private static TimeSpan LongestWait(DevelopmentBroker broker, DateTime from)
    {
        var published = TopicContents.ReadAll(broker.Bootstrap, Topics.Content)
            .ToDictionary(record => (record.Partition.Value, record.Offset.Value), record => record.Message.Timestamp.UtcDateTime);
        return TopicContents.ReadAll(broker.Bootstrap, Topics.Status)
            .Select(record => (At: record.Message.Timestamp.UtcDateTime, Contracts.Wire.StatusEvent.Parser.ParseFrom(record.Message.Value).Source))
            .Select(status => (status.At, Published: published[(status.Source.Partition, status.Source.Offset)]))
            .Where(status => status.Published > from)
            .Max(status => status.At - status.Published);
    }

    private static int Statuses(DevelopmentBroker broker) => TopicContents.ReadAll(broker.Bootstrap, Topics.Status).Count;

    private static VigilProcess Worker(DevelopmentBroker broker, int instance) => VigilProcess.Start(
        broker.Bootstrap, Prefixed, "run", "--roles", "worker", "--set", $"Ingest:Instance={instance}", "--set", "Bank:Starter=");
}
