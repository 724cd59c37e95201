using Microsoft.Extensions.Logging.Abstractions;
using Vigil.Ingest;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Tests.Worker;

public sealed class ContentConsumerTests
{
    private const int Records = 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_AfterNobodyAskedForLongerThanABatchMayAge_GivesAllThatCame()
    {
        await using var harness = await WorkerHarness.StartAsync();
        var progress = new ConsumerProgress(TimeProvider.System);
        using var consumer = new ContentConsumer(
            harness.Clients.Consumer(harness.Clients.Named("alone")),
            harness.Clients.Topics.Content,
            new() { Instance = "one", SessionTimeoutSeconds = 6, BatchMilliseconds = 20 },
            new(),
            new(1_000),
            progress,
            TimeProvider.System,
            NullLogger<ContentConsumer>.Instance);
        using var end = new CancellationTokenSource();
        var polling = OwnThread.Run("test-poll", () => consumer.Run(end.Token, end.Token));

        // One partition, and each is read before the next is sent, so that the first has grown old by the last.
        for (var i = 1; i <= Records; i++)
        {
            await harness.PublishAsync("a", $"line {i}");
            await harness.UntilAsync(() => progress.Lags().Sum(lag => lag.Records) == i, $"record {i} to be read", Token);
        }

        Assert.Equal(Records, consumer.Take(Token)?.Records.Count);

        await end.CancelAsync();
        await polling;
    }
}
