using Confluent.Kafka;
using Vigil.Ingest;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>States in which a worker may not go on: each stops it with a message that names what is wrong.</summary>
public abstract class WorkerStopsSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract Task<WorkerHarness> StartAsync();

    [Fact]
    public async Task Run_CommittedOffsetFellOutOfTheLog_NamesTheGap()
    {
        await using var harness = await StartAsync();
        var topic = harness.Clients.Topics.Content;
        var (partition, _) = await harness.PublishAsync("a", "one");
        var worker = await harness.StartWorkerAsync("one");
        await harness.StatusOfAsync(1, Token);
        await worker.StopAsync(Token);
        for (var i = 0; i < 4; i++)
        {
            await harness.PublishAsync("a", $"later {i}");
        }

        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, partition, 4)]);

        var stopped = await StopOf(await harness.StartWorkerAsync("one"));

        Assert.Contains($"Partition {partition} of {topic}", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("offset 1", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("4 to 5", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("3 offsets were deleted", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TopicCreatedAnew_NamesBothIds()
    {
        await using var harness = await StartAsync();
        var worker = await harness.StartWorkerAsync("one");
        await harness.PublishAsync("a", "one");
        var old = Assert.Single(await harness.StatusOfAsync(1, Token)).Source.TopicId;
        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.DeleteTopicsAsync([harness.Clients.Topics.Content]);
        using var setup = new TopicSetup(harness.Clients);
        await TopicContents.Until(() => setup.ReadAsync().GetAwaiter().GetResult().Any(state => !state.Exists), "the topic to be gone", Token);
        await setup.ApplyAsync(grow: false);
        var made = (await setup.ReadAsync())[0].Id;

        var stopped = await StopOf(worker);

        Assert.NotEqual(old, made);
        Assert.Contains(old, stopped.Message, StringComparison.Ordinal);
        Assert.Contains(made, stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TopicDeleted_NamesIt()
    {
        await using var harness = await StartAsync();
        var worker = await harness.StartWorkerAsync("one");
        await harness.PublishAsync("a", "one");
        await harness.StatusOfAsync(1, Token);
        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.DeleteTopicsAsync([harness.Clients.Topics.Content]);

        var stopped = await StopOf(worker);

        Assert.Contains(harness.Clients.Topics.Content, stopped.Message, StringComparison.Ordinal);
        Assert.Contains("was deleted", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TwoWorkersOfOneName_TheFirstIsFencedAndSaysSo()
    {
        await using var harness = await StartAsync();
        var first = await harness.StartWorkerAsync("one");
        await harness.PublishAsync("a", "one");
        await harness.StatusOfAsync(1, Token);
        await harness.StartWorkerAsync("one");
        var published = 1;
        await TopicContents.Until(
            () =>
            {
                harness.PublishAsync($"b{published}", "more").GetAwaiter().GetResult();
                published++;
                return first.ExecuteTask!.IsFaulted;
            },
            "the first worker to be fenced",
            Token);

        var stopped = await StopOf(first);

        Assert.Contains("Ingest:Instance", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TopicsMissing_SaysWhichAndHow()
    {
        await using var harness = await StartAsync();
        using var admin = new AdminClientBuilder(harness.Clients.Admin()).Build();
        await admin.DeleteTopicsAsync([harness.Clients.Topics.Status]);
        using var setup = new TopicSetup(harness.Clients);
        await TopicContents.Until(() => setup.ReadAsync().GetAwaiter().GetResult().Any(state => !state.Exists), "the topic to be gone", Token);

        var stopped = await StopOf(await harness.StartWorkerAsync("one"));

        Assert.Contains($"{harness.Clients.Topics.Status} does not exist", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("vigil topics apply", stopped.Message, StringComparison.Ordinal);
    }

    private static async Task<WorkerStoppedException> StopOf(Microsoft.Extensions.Hosting.BackgroundService worker) =>
        await Assert.ThrowsAsync<WorkerStoppedException>(() => worker.ExecuteTask!.WaitAsync(TimeSpan.FromMinutes(3), Token));
}
