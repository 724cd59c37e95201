using System.Text.Json;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Ledger;
using Vigil.Pipeline.Operation.Reranking;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Pipeline.Tests.Operation;

public sealed class ReplayTests
{
    private static readonly RangeEnd Beginning = new(DateTimeOffset.UnixEpoch, null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AfterAnotherPolicy_ReplacesWhatCountsAndNothingElse()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        await harness.PublishAsync("queued", "a bad day");
        await harness.PublishAsync("cleared", "a good day");
        await harness.PublishAsync("edited", "a bad day", 1);
        await harness.PublishAsync("edited", "a good day", 2);
        await harness.PublishAsync("twice", "a bad day");
        await harness.PublishAsync("twice", "a bad day");
        await harness.PublishAsync("deleted", "a bad day");
        await harness.PublishAsync("deleted", (byte[]?)null);
        await harness.PublishAsync("broken", [0xff]);
        var before = await harness.StatusOfAsync(9, Cancellation);

        var report = await ReplayAsync(harness, new OtherWayRound());

        Assert.Equal((4, 4, 1, 2, 2), (Number(report, "reranked"), Number(report, "notCurrent"), Number(report, "notRanked"), Number(report, "queuedToCleared"), Number(report, "clearedToQueued")));
        var again = harness.Status().Where(status => status.Kind == StatusEvent.Types.Kind.Reranked).ToDictionary(status => status.ContentId);
        Assert.Equal(["cleared", "edited", "queued", "twice"], again.Keys.Order());
        Assert.Equal((Disposition.Cleared, Disposition.Queued), (again["queued"].Disposition, again["cleared"].Disposition));
        Assert.Equal(2, again["edited"].Revision);
        var first = before.Single(status => status.ContentId == "queued");
        Assert.Equal(first.Source, again["queued"].Source);
        var ranked = Ranked(harness).Where(item => item.Reranked).ToDictionary(item => item.ContentId);
        Assert.Equal(again.Keys.Order(), ranked.Keys.Order());
        Assert.Equal((first.Source, "harassment"), (ranked["queued"].Source, ranked["cleared"].Queue));
    }

    [Fact]
    public async Task Run_Twice_LeavesAccountAndLedgerInBalance()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        for (var i = 0; i < 30; i++)
        {
            await harness.PublishAsync($"p{i}", i % 2 == 0 ? "bad" : "good");
        }

        await harness.StatusOfAsync(30, Cancellation);
        Assert.Equal(30, Number(await ReplayAsync(harness, new OtherWayRound()), "reranked"));
        Assert.Equal(30, Number(await ReplayAsync(harness, new WordScorer()), "reranked"));

        var topicId = await TopicIdAsync(harness.Clients);
        var account = (await new AccountReader(harness.Clients).ReadAsync(topicId, _ => { }, Cancellation)).Close();
        Assert.True(account.IsBalanced, string.Join('\n', account.Lines()));
        Assert.Equal((30, 90), (account.Ranked, Ranked(harness).Count));
        using var ledger = new LedgerReader(harness.Clients, harness.Clients.Named(WorkerRole.GroupName), topicId, DateTimeOffset.UnixEpoch);
        Assert.Equal(0, ledger.Measure(Cancellation));
    }

    [Fact]
    public async Task Run_WhileANewerVersionIsCommitted_NeverWritesTheOlderOne()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        await harness.PublishAsync("a", "a good day", 1);
        await harness.StatusOfAsync(1, Cancellation);
        // The edit comes while the models work on the version before it.
        var scorer = new OtherWayRound(() =>
        {
            harness.PublishAsync("a", "a better day", 2).GetAwaiter().GetResult();
            harness.StatusOfAsync(2, Cancellation).GetAwaiter().GetResult();
        });

        var report = await ReplayAsync(harness, scorer);

        Assert.Equal((0, 1), (Number(report, "reranked"), Number(report, "notCurrent")));
        Assert.DoesNotContain(Ranked(harness), item => item.Reranked);
    }

    [Fact]
    public void TakeDisplacing_VersionThatComesAfterAnOlderOneWasWritten_IsToBeRankedToo()
    {
        var current = new CurrentVersions("topic");
        current.Apply(Status("a", 1, 10, Disposition.Cleared));
        current.Written("a");
        current.Apply(Status("b", 1, 11, Disposition.Cleared));
        Assert.Empty(current.TakeDisplacing());

        current.Apply(Status("a", 2, 12, Disposition.Cleared));

        Assert.Equal([new RecordPosition(0, 12)], current.TakeDisplacing());
        Assert.Empty(current.TakeDisplacing());
    }

    [Fact]
    public void Of_DeletionWithoutRevision_CoversWhatIsEarlierAndNothingLater()
    {
        var current = new CurrentVersions("topic");
        current.Apply(Status("a", 7, 10, Disposition.Queued));
        current.Apply(Status("a", 0, 11, Disposition.Withdrawn));
        Assert.False(current.Of("a")!.Value.IsRanked);
        current.Apply(Status("a", 1, 12, Disposition.Queued));
        Assert.Equal(12, current.Of("a")!.Value.Position.Offset);
        current.Apply(Status("a", 3, 9, Disposition.Queued));
        current.Apply(Status("a", 0, 12, Disposition.Cleared));
        Assert.Equal(12, current.Of("a")!.Value.Position.Offset);
        current.Apply(Status("another topic's", 1, 12, Disposition.Queued, "other"));
        Assert.Null(current.Of("another topic's"));
    }

    [Fact]
    public async Task Run_EndedInTheMiddle_GoesOnWhereItWas()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        const int items = 300;
        await Task.WhenAll(Enumerable.Range(0, items).Select(i => harness.PublishAsync($"p{i}", "bad")));
        await harness.StatusOfAsync(items, Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var calls = 0;
        var scorer = new OtherWayRound(() =>
        {
            if (++calls == 4)
            {
                stop.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(harness, scorer, Beginning, stop.Token));
        var done = Ranked(harness).Count(item => item.Reranked);
        Assert.InRange(done, 1, items - 1);
        var rest = await RunAsync(harness, new OtherWayRound(), null, Cancellation);

        Assert.Equal(items - done, Number(rest, "reranked"));
        Assert.Equal(items, Ranked(harness).Where(item => item.Reranked).Select(item => item.ContentId).Distinct().Count());
        Assert.Equal(items, Ranked(harness).Count(item => item.Reranked));
        await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(harness, scorer, null, Cancellation));
    }

    [Fact]
    public async Task Run_OfOffsetsOfAPartition_TakesNoOther()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        var places = new List<(int Partition, long Offset)>();
        for (var i = 0; i < 5; i++)
        {
            places.Add(await harness.PublishAsync("same-key", "a bad day", i));
        }

        await harness.PublishAsync("other", "a bad day");
        await harness.StatusOfAsync(6, Cancellation);
        var partition = places[0].Partition;

        var all = await RunAsync(harness, new WordScorer(), new(null, 0), Cancellation, null, partition);
        var early = await RunAsync(harness, new WordScorer(), new(null, 0), Cancellation, new(null, places[4].Offset), partition);

        Assert.InRange(Number(all, "reranked"), 1, 2);
        Assert.Equal(4, Number(early, "notCurrent"));
        Assert.All(Ranked(harness).Where(item => item.Reranked), item => Assert.Equal(partition, item.Source.Partition));
    }

    [Fact]
    public async Task Run_ModelsThatFailOnOneItem_RanksTheOthersAndNamesIt()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        foreach (var id in new[] { "a", "poison", "b" })
        {
            // One partition, so one batch.
            await harness.PublishAsync(id, "a bad day");
        }

        await harness.StatusOfAsync(3, Cancellation);
        var report = await ReplayAsync(harness, new OtherWayRound(poison: "poison"));

        Assert.Equal("poison", Assert.Single(report.GetProperty("failed").EnumerateArray()).GetString());
        Assert.Equal(2, Number(report, "reranked"));
    }

    [Fact]
    public async Task Run_WithoutScorer_OnlyCounts()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        await harness.PublishAsync("a", "a bad day");
        await harness.StatusOfAsync(1, Cancellation);

        Assert.Equal(1, Number(await ReplayAsync(harness, null), "reranked"));

        Assert.Single(Ranked(harness));
    }

    [Theory]
    [InlineData]
    [InlineData("--from", "12")]
    [InlineData("--from", "1h", "--until", "7")]
    [InlineData("--from", "soon")]
    [InlineData("--resume", "--from", "1h")]
    [InlineData("--resume", "--until", "1h")]
    public void Parse_WrongUsage_IsAnError(params string[] args) => Assert.NotEmpty(UsageErrors.Of(ReplayCommand.Create().Parse(args)));

    private static StatusEvent Status(string id, long revision, long offset, Disposition disposition, string topic = "topic") => new()
    {
        ContentId = id,
        Revision = revision,
        Kind = StatusEvent.Types.Kind.Disposition,
        Disposition = disposition,
        Source = new() { TopicId = topic, Partition = 0, Offset = offset, TimeMs = offset },
    };

    private static int Number(JsonElement report, string name) => report.GetProperty(name).GetInt32();

    private static List<RankedItem> Ranked(WorkerHarness harness) =>
        [.. TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Ranked).Select(record => RankedItem.Parser.ParseFrom(record.Message.Value))];

    private static Task<JsonElement> ReplayAsync(WorkerHarness harness, IItemScorer? scorer) => RunAsync(harness, scorer, Beginning, Cancellation);

    private static async Task<JsonElement> RunAsync(
        WorkerHarness harness, IItemScorer? scorer, RangeEnd? from, CancellationToken cancellation, RangeEnd? until = null, int? partition = null)
    {
        await using var output = new StringWriter();
        await ReplayCommand.RunAsync(harness.Clients, scorer, from, until, partition, json: true, output, cancellation);
        using var document = JsonDocument.Parse(output.ToString());
        return document.RootElement.Clone();
    }

    private static async Task<string> TopicIdAsync(KafkaClients clients)
    {
        using var setup = new TopicSetup(clients);
        return (await setup.ReadAsync()).Single(state => state.Wanted.Name == clients.Topics.Content).Id;
    }

    /// <summary>Another policy: what the workers queue it clears, and the other way round.</summary>
    private sealed class OtherWayRound(Action? during = null, string? poison = null) : IItemScorer
    {
        private readonly WordScorer _words = new();

        public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Contracts.Content> items, StageClock clock, CancellationToken cancellation)
        {
            during?.Invoke();
            cancellation.ThrowIfCancellationRequested();
            if (items.Any(item => item.Id == poison))
            {
                throw new InvalidOperationException("the models fail");
            }

            return [.. _words.Score(items, clock, cancellation).Select(item => item with
            {
                Ranking = item.Ranking with { Queue = item.Ranking.Queue.Length == 0 ? "harassment" : "" },
            })];
        }
    }
}
