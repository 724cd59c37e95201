using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Bench;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests;

/// <summary>Pitfall 45: a worker without work leaves the CPU to others, its inference threads included, which have worked before.</summary>
[Trait("Runs", "alone")]
[Collection(nameof(RollingRestart))]
public sealed class IdleWorkerTests
{
    private const string Prefix = "idle.";

    // One thread that spins would take all of the time; polling brokers and a clock or two takes some percent.
    private const double MostShare = 0.25;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(8);
    private static readonly Topics Topics = new(Prefix);
    private static readonly Dictionary<string, string> Prefixed = new() { ["VIGIL__KAFKA__PREFIX"] = Prefix };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_WithoutWork_TakesNoCore()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions());
        using var topics = VigilProcess.Start(broker.Bootstrap, Prefixed, "topics", "apply");
        Assert.Equal(0, await topics.ExitCodeAsync(Token));
        using var worker = VigilProcess.Start(broker.Bootstrap, Prefixed, "run", "--roles", "worker", "--set", "Bank:Starter=");
        using (var publisher = new SteadyPublisher(broker.Bootstrap, Topics.Content))
        {
            await TopicContents.Until(() => Statuses(broker) >= 400, "the worker to have worked", Token);
            await publisher.StopAsync();
            await TopicContents.Until(() => Statuses(broker) >= publisher.Published.Count, "every record to have its status", Token);
        }

        var share = 1.0;
        // What a start leaves behind (code compiled again, memory given back) is over after a while.
        await TopicContents.UntilAsync(async () => (share = await ShareAsync(worker)) < MostShare, "an idle worker", Token);
        Assert.InRange(share, 0, MostShare);
    }

    private static async Task<double> ShareAsync(VigilProcess worker)
    {
        var (cpu, start) = (ProcessCpu.Seconds(worker.Id), TimeProvider.System.GetTimestamp());
        await Task.Delay(Watched, Token);
        return (ProcessCpu.Seconds(worker.Id) - cpu) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static int Statuses(DevelopmentBroker broker) => TopicContents.ReadAll(broker.Bootstrap, Topics.Status).Count;
}
