using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Projection;

/// <summary>One test for each rule that the model of the protocol shows to be needed: its shortest trace without the rule.</summary>
public sealed class ProjectionRuleTests(RedisServer redis)
{
    private const Decision.Types.Verdict Violation = Decision.Types.Verdict.Violation;
    private const Decision.Types.Verdict Skip = Decision.Types.Verdict.Skip;

    private static readonly DateTimeOffset T0 = LogRecords.Day0;

    [Fact]
    public async Task Decision_OfAnEditedVersionWithoutRevision_LeavesTheEditQueued()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(Queued('B', 1));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(5));

        await bench.ApplyAllAsync();

        await WaitsAsync(bench, LogRecords.VersionText(0, 'B'), enqueued: 1);
    }

    [Fact]
    public async Task Ranked_OlderRecordSentAgain_DoesNotShow()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(Queued('B', 1));
        bench.Append(a, T0.AddMinutes(9));

        await bench.ApplyAllAsync();

        await WaitsAsync(bench, LogRecords.VersionText(0, 'B'), enqueued: 0);
    }

    [Fact]
    public async Task Ranked_DeletionBeforeARecordSentAgain_StaysWithdrawn()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(LogRecords.Ranked("x", 1, 'A', Disposition.Queued, T0, 0));
        bench.Append(Deleted(1));
        bench.Append(a, T0.AddMinutes(9));

        await bench.ApplyAllAsync();

        Assert.Equal("withdrawn", await bench.FieldAsync("x", "st"));
    }

    [Fact]
    public async Task Ranked_NullDeletionOfAHigherRevision_CoversIt()
    {
        var bench = new ProjectionBench(redis);
        bench.Append(LogRecords.Ranked("x", 7, 'A', Disposition.Queued, T0, 0));
        bench.Append(Deleted(1));

        await bench.ApplyAllAsync();

        Assert.Equal("withdrawn", await bench.FieldAsync("x", "st"));
        Assert.Empty((await bench.Queues.TopAsync("hate", 10)).Value!);
        Assert.Null((await bench.Queues.ItemAsync("x")).Value!.Current.Item);
    }

    [Fact]
    public async Task Ranked_DecidedVersionSentAgain_IsQueuedOnlyAfterADeletion()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));
        bench.Append(Queued('A', 2));
        await bench.ApplyAllAsync();
        Assert.Equal("decided", await bench.FieldAsync("x", "st"));

        bench.Append(Deleted(3));
        bench.Append(Queued('A', 4));
        await bench.ApplyAllAsync();

        await WaitsAsync(bench, LogRecords.VersionText(0, 'A'), enqueued: 4);
    }

    [Fact]
    public async Task Ranked_ClearedEditOfAWaitingItem_TakesItOut()
    {
        var bench = new ProjectionBench(redis);
        bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Ranked("x", 0, 'C', Disposition.Cleared, T0.AddMinutes(1), 1));

        await bench.ApplyAllAsync();

        Assert.Equal("cleared", await bench.FieldAsync("x", "st"));
        Assert.Empty((await bench.Queues.TopAsync("hate", 10)).Value!);
    }

    [Fact]
    public async Task Ranked_OnlyEverCleared_CostsNothing()
    {
        var bench = new ProjectionBench(redis);
        bench.Append(LogRecords.Ranked("x", 1, 'C', Disposition.Cleared, T0, 0));

        await bench.ApplyAllAsync();

        Assert.Empty(await bench.DumpAsync(bench.Generation!));
    }

    [Fact]
    public async Task Undo_OfWhatStands_RestoresTheOldPlaceAndLeavesDissentDissent()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        await bench.ApplyAllAsync();
        var place = (await bench.Queues.ItemAsync("x")).Value!.Current.Score;
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));
        bench.Append(LogRecords.Verdict("d2", a, "r2", Violation), T0.AddMinutes(2));
        bench.Append(LogRecords.Undo("u1", a, "d1"), T0.AddMinutes(3));

        await bench.ApplyAllAsync();

        Assert.Equal(place, (await bench.Queues.ItemAsync("x")).Value!.Current.Score);
        Assert.NotNull(place);
        Assert.Equal(["undone", "dissent", "undone"], await OutcomesAsync(bench, "d1", "d2", "u1"));
        Assert.Single((await bench.Queues.TopAsync("hate", 10)).Value!);
    }

    [Fact]
    public async Task Undo_OfAnUndoOrOfDissent_DoesNothing()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));
        bench.Append(LogRecords.Verdict("d2", a, "r2", Violation), T0.AddMinutes(2));
        bench.Append(LogRecords.Undo("u1", a, "d2"), T0.AddMinutes(3));
        bench.Append(LogRecords.Undo("u2", a, "d1"), T0.AddMinutes(4));
        bench.Append(LogRecords.Undo("u3", a, "u2"), T0.AddMinutes(5));

        await bench.ApplyAllAsync();

        Assert.Equal(["undone", "dissent", "void", "undone", "void"], await OutcomesAsync(bench, "d1", "d2", "u1", "u2", "u3"));
        Assert.Equal("queued", await bench.FieldAsync("x", "st"));
    }

    [Fact]
    public async Task Decision_SameIdTwice_CountsOnce()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));
        bench.Append(LogRecords.Undo("u1", a, "d1"), T0.AddMinutes(2));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(3));

        await bench.ApplyAllAsync();

        Assert.Equal("queued", await bench.FieldAsync("x", "st"));
    }

    [Fact]
    public async Task Skip_ByThree_EscalatesAndByTheSameTwiceDoesNot()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        foreach (var (reviewer, index) in new[] { "r1", "r1", "r2" }.Select((reviewer, index) => (reviewer, index)))
        {
            bench.Append(LogRecords.Verdict($"s{index}", a, reviewer, Skip), T0.AddMinutes(index));
        }

        await bench.ApplyAllAsync();
        Assert.Equal("hate", await bench.FieldAsync("x", "q"));

        bench.Append(LogRecords.Verdict("s3", a, "r3", Skip), T0.AddMinutes(5));
        await bench.ApplyAllAsync();

        Assert.Equal("hate-leads", await bench.FieldAsync("x", "q"));
    }

    [Fact]
    public async Task Decision_BeforeItsRankedRecordIsRead_Counts()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));

        await bench.ApplyNextAsync(ranked: false);
        await bench.ApplyNextAsync(ranked: true);

        Assert.Equal("decided", await bench.FieldAsync("x", "st"));
    }

    [Fact]
    public async Task Decision_EightDaysOn_HoldsNoLongerForWhatIsSentAgain()
    {
        var bench = new ProjectionBench(redis, T0.AddDays(9));
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddHours(1));
        bench.Append(Queued('A', 8 * 1440));
        await bench.ApplyAllAsync();
        Assert.Equal("decided", await bench.FieldAsync("x", "st"));

        bench.Append(Queued('A', (8 * 1440) + 61));
        await bench.ApplyAllAsync();
        Assert.Equal("queued", await bench.FieldAsync("x", "st"));

        await bench.SweepAsync(bench.Generation!, T0.AddDays(9));
        Assert.Equal("queued", await bench.FieldAsync("x", "st"));
        Assert.Equal("unknown_decision", await bench.OutcomeAsync("x", "d1") ?? "unknown_decision");
    }

    [Fact]
    public async Task Sweep_DecidedItemEightDaysOn_IsForgottenWhole()
    {
        var bench = new ProjectionBench(redis, T0.AddDays(9));
        bench.Append(Queued('B', 0));
        var a = bench.Append(Queued('A', 1));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddHours(1));
        await bench.ApplyAllAsync();

        await bench.SweepAsync(bench.Generation!, T0.AddDays(8));
        Assert.Equal("decided", await bench.FieldAsync("x", "st"));
        bench.SetNow(T0.AddDays(9).AddMinutes(2));
        await bench.SweepAsync(bench.Generation!, T0.AddDays(9));

        Assert.Empty(await bench.DumpAsync(bench.Generation!));
    }

    [Fact]
    public async Task Sweep_WaitingFor29Days_ExpiresOnce()
    {
        var bench = new ProjectionBench(redis, T0.AddDays(28));
        bench.Append(Queued('A', 0));
        await bench.ApplyAllAsync();
        await bench.SweepAsync(bench.Generation!, T0.AddDays(28));
        Assert.Equal("queued", await bench.FieldAsync("x", "st"));

        bench.SetNow(T0.AddDays(29).AddMinutes(1));
        await bench.SweepAsync(bench.Generation!, T0.AddDays(29));
        await bench.SweepAsync(bench.Generation!, T0.AddDays(29));

        Assert.Empty(await bench.DumpAsync(bench.Generation!));
        var outbox = Assert.Single(await bench.Scripts.Database.ListRangeAsync(bench.Scripts.Key("outbox")));
        Assert.StartsWith("expired|", (string)outbox!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_UnderAPositionThatIsNotRedis_AppliesNothing()
    {
        var bench = new ProjectionBench(redis, gap: 3);
        bench.Append(Queued('A', 0));
        bench.Append(Queued('B', 1));
        await bench.ApplyNextAsync(ranked: true);
        var before = await bench.DumpAsync(bench.Generation!);

        Assert.Equal("moved", await bench.ApplyAsync(ranked: true, 1, expected: 0));
        Assert.Equal(before, await bench.DumpAsync(bench.Generation!));

        await bench.FlushAsync();
        Assert.Equal("generation", await bench.ApplyAsync(ranked: true, 1, expected: 3));
        Assert.Empty(await bench.DumpAsync(bench.Generation!));
    }

    [Fact]
    public async Task Rebuild_BehindTheLivePositions_IsRefused()
    {
        var bench = new ProjectionBench(redis);
        bench.Append(Queued('A', 0));
        bench.Append(Queued('B', 1));
        await bench.ApplyAllAsync();
        var served = bench.Generation;

        Assert.False(await bench.RebuildAsync(1, 0));
        Assert.Equal(served, (string?)await bench.Scripts.Database.StringGetAsync(bench.Scripts.Key("ready")));
        Assert.True(await bench.RebuildAsync(2, 0));
    }

    [Fact]
    public async Task Decision_FirstAppliedByARebuild_IsReportedOnceAllTheSame()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));
        await bench.ApplyAllAsync();
        bench.Append(LogRecords.Undo("u1", a, "d1"), T0.AddMinutes(2));

        Assert.True(await bench.RebuildAsync(1, 2));
        await bench.ApplyAllAsync();
        Assert.True(await bench.RebuildAsync(1, 2));

        var outbox = await bench.Scripts.Database.ListRangeAsync(bench.Scripts.Key("outbox"));
        Assert.Equal(["stands", "effective"], outbox.Select(entry => ((string)entry!).Split('|')[1]));
    }

    [Fact]
    public async Task Appeal_OfADecidedItem_QueuesItUntilTheNextVerdict()
    {
        var bench = new ProjectionBench(redis);
        var a = bench.Append(Queued('A', 0));
        bench.Append(LogRecords.Verdict("d1", a, "r1", Violation), T0.AddMinutes(1));
        var appeal = LogRecords.Verdict("a1", a, "", Decision.Types.Verdict.Unspecified);
        appeal.Kind = Decision.Types.Kind.Appeal;
        bench.Append(appeal, T0.AddMinutes(2));
        await bench.ApplyAllAsync();
        Assert.Equal("queued", await bench.FieldAsync("x", "st"));

        bench.Append(LogRecords.Verdict("d2", a, "r2", Decision.Types.Verdict.Benign, reverses: "d1"), T0.AddMinutes(3));
        await bench.ApplyAllAsync();

        Assert.Equal("decided", await bench.FieldAsync("x", "st"));
        Assert.Equal(["undone", "stands"], await OutcomesAsync(bench, "d1", "d2"));
    }

    [Fact]
    public async Task Ranked_SentAgainVeryOften_KeepsItsPlaceAndItsSize()
    {
        var bench = new ProjectionBench(redis);
        for (var minute = 0; minute < 60; minute++)
        {
            bench.Append(Queued('A', minute));
        }

        await bench.ApplyAllAsync();

        await WaitsAsync(bench, LogRecords.VersionText(0, 'A'), enqueued: 0);
        Assert.InRange((await bench.FieldAsync("x", "s"))!.Length, 1, 8_000);
    }

    private static RankedItem Queued(char digest, int minute) => LogRecords.Ranked("x", 0, digest, Disposition.Queued, T0.AddMinutes(minute), minute);

    private static RankedItem Deleted(int minute) => LogRecords.Ranked("x", 0, '-', Disposition.Withdrawn, T0.AddMinutes(minute), minute);

    private static async Task WaitsAsync(ProjectionBench bench, string version, int enqueued)
    {
        var item = Assert.Single((await bench.Queues.TopAsync("hate", 10)).Value!);
        Assert.Equal((version, T0.AddMinutes(enqueued)), (item.Version, item.Enqueued));
    }

    private static async Task<string?[]> OutcomesAsync(ProjectionBench bench, params string[] ids)
    {
        var outcomes = new List<string?>();
        foreach (var id in ids)
        {
            outcomes.Add(await bench.OutcomeAsync("x", id));
        }

        return [.. outcomes];
    }
}
