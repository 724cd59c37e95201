using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Queue;

public sealed class LeaseTests(RedisServer redis)
{
    private static readonly DateTimeOffset T0 = LogRecords.Day0;
    private static readonly Reviewer Ana = new("ana", IsLead: false);
    private static readonly Reviewer Ben = new("ben", IsLead: false);
    private static readonly Reviewer Lea = new("lea", IsLead: true);

    [Fact]
    public async Task Claim_ByTwo_GetsTheMostUrgentThenTheNext()
    {
        var bench = await WithItemsAsync(("low", 1), ("high", 100));

        var first = await bench.Queues.ClaimAsync("hate", Ana, "");
        var second = await bench.Queues.ClaimAsync("hate", Ben, "");
        var third = await bench.Queues.ClaimAsync("hate", Lea, "");

        Assert.Equal(("high", "low"), (first.Value!.Lease.Id, second.Value!.Lease.Id));
        Assert.Equal((null, null), (third.Value, third.Refused));
        Assert.Equal("snippet of A at 1", first.Value.Item!.Ranking!.Snippet.Text);
    }

    [Fact]
    public async Task Claim_RepeatedByItsHolder_ReturnsTheSameLeaseAndAnotherKeyAnotherItem()
    {
        var bench = await WithItemsAsync(("a", 4), ("b", 2), ("c", 1));

        var first = await bench.Queues.ClaimAsync("hate", Ana, "tab-1");
        var again = await bench.Queues.ClaimAsync("hate", Ana, "tab-1");
        var ahead = await bench.Queues.ClaimAsync("hate", Ana, "tab-2");

        Assert.Equal(first.Value!.Lease, again.Value!.Lease);
        Assert.Equal(("a", "b"), (first.Value.Lease.Id, ahead.Value!.Lease.Id));
        Assert.True(ahead.Value.Lease.Epoch > first.Value.Lease.Epoch);
    }

    [Fact]
    public async Task Held_ByOneOfTwo_IsTheirsOldestFirst()
    {
        var bench = await WithItemsAsync(("a", 4), ("b", 2), ("c", 1));
        var first = await bench.Queues.ClaimAsync("hate", Ana, "1");
        await bench.Queues.ClaimAsync("hate", Ben, "");
        var second = await bench.Queues.ClaimAsync("hate", Ana, "2");

        var held = (await bench.Queues.HeldAsync(Ana)).Value!;

        Assert.Equal([first.Value!.Lease, second.Value!.Lease], held.Select(claim => claim.Lease));
        Assert.Equal("snippet of A at 0", held[0].Item!.Ranking!.Snippet.Text);
        Assert.Equal(TimeSpan.FromMinutes(10), first.Value.Left);

        await DecideAsync(bench, "a", Ana, first.Value.Lease.Epoch, "k");
        Assert.Equal(["c"], (await bench.Queues.HeldAsync(Ana)).Value!.Select(claim => claim.Lease.Id));
        bench.SetNow(T0.AddDays(1).AddMinutes(11));
        Assert.Empty((await bench.Queues.HeldAsync(Ana)).Value!);
    }

    // What looks every second must not keep the leases it looks at.
    [Fact]
    public async Task Look_AtLeases_TellsThemAndKeepsNone()
    {
        var bench = await WithItemsAsync(("a", 4), ("b", 2));
        var first = await bench.Queues.ClaimAsync("hate", Ana, "1");
        var other = await bench.Queues.ClaimAsync("hate", Ben, "");

        bench.SetNow(T0.AddDays(1).AddMinutes(9));
        var look = (await bench.Queues.LookAsync(Ana)).Value!;
        Assert.Equal((other.Value!.Lease.Epoch, new LeaseLook(first.Value!.Lease.Epoch, WasRevised: false)), (look.LastEpoch, Assert.Single(look.Leases)));

        bench.SetNow(T0.AddDays(1).AddMinutes(11));
        Assert.Empty((await bench.Queues.LookAsync(Ana)).Value!.Leases);
    }

    [Fact]
    public async Task ClaimItem_ThatWaits_GivesItWhateverItsPlace()
    {
        var bench = await WithItemsAsync(("a", 4), ("b", 2), ("c", 1));

        var claim = await bench.Queues.ClaimItemAsync("hate", "c", Ana, "k");

        Assert.Equal("c", claim.Value!.Lease.Id);
        Assert.Equal(claim.Value.Lease, (await bench.Queues.ClaimItemAsync("hate", "c", Ana, "k")).Value!.Lease);
        Assert.Equal((null, null), Answer(await bench.Queues.ClaimItemAsync("hate", "c", Ben, "")));
        Assert.Equal((null, null), Answer(await bench.Queues.ClaimItemAsync("hate", "nowhere", Ben, "")));
    }

    [Fact]
    public async Task Recent_VerdictsOfAReviewer_AreTheLastFiftyOfADayNewestFirst()
    {
        var bench = new ProjectionBench(redis);
        for (var i = 0; i < 60; i++)
        {
            var item = bench.Append(LogRecords.Ranked($"i{i}", 0, 'A', Disposition.Queued, T0, i));
            bench.Append(LogRecords.Verdict($"d{i}", item, i % 6 == 5 ? "ben" : "ana", Decision.Types.Verdict.Benign), T0.AddHours(22).AddMinutes(i));
        }

        bench.Append(LogRecords.Undo("u", LogRecords.Ranked("i58", 0, 'A', Disposition.Queued, T0, 58), "d58", "ana"), T0.AddHours(23.5));
        await bench.ApplyAllAsync();

        var recent = (await bench.Queues.RecentAsync(Ana, 50)).Value!;

        Assert.Equal(50, recent.Count);
        Assert.Equal(("i58", "d58", "benign", "undone", "hate"), (recent[0].Id, recent[0].DecisionId, recent[0].Verdict, recent[0].Outcome, recent[0].Queue));
        Assert.Equal(["i57", "i56"], recent.Skip(1).Take(2).Select(decision => decision.Id));
        Assert.All(recent.Skip(1), decision => Assert.Equal("stands", decision.Outcome));
        Assert.Equal(10, (await bench.Queues.RecentAsync(Ben, 50)).Value!.Count);
        bench.SetNow(T0.AddHours(46.5));
        Assert.Equal(["i58", "i57"], (await bench.Queues.RecentAsync(Ana, 2)).Value!.Select(decision => decision.Id));
        bench.SetNow(T0.AddDays(3));
        Assert.Empty((await bench.Queues.RecentAsync(Ana, 50)).Value!);
    }

    [Fact]
    public async Task Claim_BeyondTheLimit_IsRefused()
    {
        var bench = await WithItemsAsync([.. Enumerable.Range(0, 10).Select(i => ($"i{i}", 1.0 + i))]);
        for (var i = 0; i < 8; i++)
        {
            Assert.NotNull((await bench.Queues.ClaimAsync("hate", Ana, $"{i}")).Value);
        }

        Assert.Equal(Refusal.TooManyLeases, (await bench.Queues.ClaimAsync("hate", Ana, "one more")).Refused);
    }

    [Fact]
    public async Task Claim_OfAnEscalationQueue_IsForLeadsOnly()
    {
        var bench = await WithItemsAsync(("a", 1));

        Assert.Equal(Refusal.Forbidden, (await bench.Queues.ClaimAsync("hate-leads", Ana, "")).Refused);
        Assert.Null((await bench.Queues.ClaimAsync("hate-leads", Lea, "")).Refused);
    }

    [Fact]
    public async Task Claim_WithoutAGeneration_AnswersRebuilding()
    {
        var bench = await WithItemsAsync(("a", 1));
        await bench.FlushAsync();

        Assert.Equal(Refusal.Rebuilding, (await bench.Queues.ClaimAsync("hate", Ana, "")).Refused);
        Assert.Equal(Refusal.Rebuilding, (await bench.Queues.ListAsync()).Refused);
        Assert.Equal(Refusal.Rebuilding, (await bench.Queues.HeartbeatAsync("a", Ana, 1)).Refused);
        Assert.Equal("rebuilding", await DecideAsync(bench, "a", Ana, 1, "k"));
    }

    [Fact]
    public async Task Claim_AfterAFlushAndAClockThatStandsStill_GivesAHigherEpoch()
    {
        var bench = await WithItemsAsync(("a", 1));
        var before = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;

        await bench.FlushAsync();
        await bench.ApplyAllAsync();
        var after = (await bench.Queues.ClaimAsync("hate", Ben, "")).Value!.Lease;
        Assert.True(after.Epoch > before.Epoch);

        Assert.Null(await bench.Queues.ReleaseAsync("a", Ben, after.Epoch));
        bench.SetNow(T0.AddHours(-5));
        var back = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        Assert.Equal(after.Epoch + 1, back.Epoch);
    }

    [Fact]
    public async Task Claim_Drawn_SaysSoInSelectionAndPropensity()
    {
        var bench = await WithItemsAsync(("a", 8), ("b", 4), ("c", 2), ("d", 1));
        var numbers = new Queue<double>([0.01, 0.6]);
        var queues = new ReviewQueue(bench.Scripts, new ReviewOptions { DrawShare = 0.05 }, new HashSet<string> { "hate" }, new HashSet<string>(), numbers.Dequeue);

        var lease = (await queues.ClaimAsync("hate", Ana, "")).Value!.Lease;

        Assert.Equal(("c", Contracts.Selection.Random, 0.05 / 4), (lease.Id, lease.Selection, lease.Propensity));
    }

    [Fact]
    public async Task Heartbeat_OfTheHolder_ExtendsUpToAnHourSinceTheClaim()
    {
        var bench = await WithItemsAsync(("a", 1));
        var start = T0.AddHours(2);
        bench.SetNow(start);
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        for (var minute = 9; minute < 60; minute += 9)
        {
            bench.SetNow(start.AddMinutes(minute));
            Assert.Null((await bench.Queues.HeartbeatAsync("a", Ana, lease.Epoch)).Refused);
        }

        bench.SetNow(start.AddMinutes(58));
        var last = (await bench.Queues.HeartbeatAsync("a", Ana, lease.Epoch)).Value!;
        Assert.InRange(last.Expires, start.AddMinutes(60).AddSeconds(-5), start.AddMinutes(60).AddSeconds(30));

        bench.SetNow(start.AddMinutes(61));
        Assert.Equal(Refusal.LeaseLost, (await bench.Queues.HeartbeatAsync("a", Ana, lease.Epoch)).Refused);
    }

    [Fact]
    public async Task Lease_RunOut_FreesTheItemAndFencesItsHolder()
    {
        var bench = await WithItemsAsync(("a", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        bench.SetNow(T0.AddDays(1).AddMinutes(11));

        Assert.Equal("lease_lost", await DecideAsync(bench, "a", Ana, lease.Epoch, "k"));
        Assert.Equal("a", (await bench.Queues.ClaimAsync("hate", Ben, "")).Value!.Lease.Id);
        Assert.Equal(Refusal.LeaseLost, await bench.Queues.ReleaseAsync("a", Ana, lease.Epoch));
        Assert.Equal("lease_lost", await DecideAsync(bench, "a", Ana, lease.Epoch, "k"));
    }

    // A browser that repeats its claim after a long break gets a lease that holds, not the one that ran out.
    [Fact]
    public async Task Claim_RepeatedAfterItsLeaseRanOut_IsANewLease()
    {
        var bench = await WithItemsAsync(("a", 1));
        var first = (await bench.Queues.ClaimAsync("hate", Ana, "tab")).Value!.Lease;
        bench.SetNow(T0.AddDays(1).AddMinutes(11));

        var again = (await bench.Queues.ClaimAsync("hate", Ana, "tab")).Value!.Lease;

        Assert.Equal("a", again.Id);
        Assert.True(again.Epoch > first.Epoch);
        Assert.Null((await bench.Queues.HeartbeatAsync("a", Ana, again.Epoch)).Refused);
    }

    // Pitfall 25.
    [Fact]
    public async Task Reap_OverdueLeases_ReturnToTheirPlaces()
    {
        var bench = await WithItemsAsync(("a", 1), ("b", 2));
        await bench.Queues.ClaimAsync("hate", Ana, "1");
        await bench.Queues.ClaimAsync("hate", Ana, "2");
        Assert.Empty((await bench.Queues.TopAsync("hate", 9)).Value!);
        bench.SetNow(T0.AddDays(1).AddMinutes(11));

        await bench.Scripts.RunAsync("reap", "100");

        Assert.Equal(["b", "a"], (await bench.Queues.TopAsync("hate", 9)).Value!.Select(item => item.Id));
    }

    [Fact]
    public async Task Release_GivesTheItemBackToItsPlace()
    {
        var bench = await WithItemsAsync(("a", 1), ("b", 2));
        var before = await bench.DumpAsync(bench.Generation!);
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;

        Assert.Null(await bench.Queues.ReleaseAsync("b", Ana, lease.Epoch));

        Assert.Equal(before, await bench.DumpAsync(bench.Generation!));
    }

    [Fact]
    public async Task Ranked_AgainWhileClaimed_NeverQueuesTheClaimedItem()
    {
        var bench = await WithItemsAsync(("x", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        bench.Append(Item("x", 'A', 7, 50));
        bench.Append(Item("x", 'B', 8, 60));
        await bench.ApplyAllAsync();

        Assert.Empty((await bench.Queues.TopAsync("hate", 9)).Value!);
        Assert.Equal((null, null), Answer(await bench.Queues.ClaimAsync("hate", Ben, "")));

        var state = (await bench.Queues.HeartbeatAsync("x", Ana, lease.Epoch)).Value!;
        Assert.Equal((lease.Version, LogRecords.VersionText(0, 'B')), (state.Version, state.NewestVersion));
    }

    [Fact]
    public async Task Decision_OnAnItemEditedTwiceWhileClaimedWithoutRevisions_LeavesTheLastEditToReview()
    {
        var bench = await WithItemsAsync(("x", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        bench.Append(Item("x", 'B', 7, 1));
        bench.Append(Item("x", 'D', 8, 1));
        bench.Append(LogRecords.Verdict("d1", Item("x", 'A', 0, 1), "ana", Decision.Types.Verdict.Benign, epoch: lease.Epoch), T0.AddHours(1));
        await bench.ApplyAllAsync();

        var next = (await bench.Queues.ClaimAsync("hate", Ben, "")).Value!;

        Assert.Equal(LogRecords.VersionText(0, 'D'), next.Lease.Version);
        Assert.Equal(T0.AddMinutes(7), next.Enqueued);
    }

    [Fact]
    public async Task Deletion_WhileClaimed_EndsTheLeaseAsWithdrawn()
    {
        var bench = await WithItemsAsync(("x", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        bench.Append(LogRecords.Ranked("x", 0, '-', Disposition.Withdrawn, T0.AddMinutes(9), 9));
        await bench.ApplyAllAsync();

        Assert.Equal(Refusal.Withdrawn, (await bench.Queues.HeartbeatAsync("x", Ana, lease.Epoch)).Refused);
        Assert.Equal("withdrawn", await DecideAsync(bench, "x", Ana, lease.Epoch, "k"));
    }

    [Fact]
    public async Task Deletion_WhileDeciding_LetsTheDecisionComplete()
    {
        var bench = await WithItemsAsync(("x", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        Assert.Equal("marked", await DecideAsync(bench, "x", Ana, lease.Epoch, "k"));
        bench.Append(LogRecords.Ranked("x", 0, '-', Disposition.Withdrawn, T0.AddMinutes(9), 9));
        await bench.ApplyAllAsync();

        Assert.Equal("repeated", await DecideAsync(bench, "x", Ana, lease.Epoch, "k"));
    }

    // Pitfall 24.
    [Fact]
    public async Task Skipped_ByAReviewer_IsGivenToOthersOnly()
    {
        var bench = await WithItemsAsync(("a", 4), ("b", 1));
        bench.Append(LogRecords.Verdict("s1", Item("a", 'A', 0, 1), "ana", Decision.Types.Verdict.Skip), T0.AddHours(1));
        await bench.ApplyAllAsync();

        Assert.Equal("b", (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease.Id);
        Assert.Equal("a", (await bench.Queues.ClaimAsync("hate", Ben, "")).Value!.Lease.Id);
    }

    [Fact]
    public async Task Deciding_IsNotReleasedNorRunOutByTheClockAlone()
    {
        var bench = await WithItemsAsync(("x", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        Assert.Equal("marked", await DecideAsync(bench, "x", Ana, lease.Epoch, "k"));

        Assert.Equal("repeated", await DecideAsync(bench, "x", Ana, lease.Epoch, "k"));
        Assert.Equal("deciding", await DecideAsync(bench, "x", Ana, lease.Epoch, "another"));
        Assert.Equal("key_reused", await DecideAsync(bench, "x", Ana, lease.Epoch, "k", Decision.Types.Verdict.Violation));
        Assert.Equal(Refusal.Deciding, await bench.Queues.ReleaseAsync("x", Ana, lease.Epoch));
        Assert.Equal(Refusal.Deciding, (await bench.Queues.HeartbeatAsync("x", Ana, lease.Epoch)).Refused);

        bench.SetNow(T0.AddDays(1).AddMinutes(30));
        var overdue = (RedisValue[])(await bench.Scripts.RunAsync("reap", "100"))[1]!;
        Assert.Equal(["x", $"{lease.Epoch}"], overdue.Select(value => (string?)value));
        Assert.Equal((null, null), Answer(await bench.Queues.ClaimAsync("hate", Ben, "")));
    }

    [Fact]
    public async Task EndDeciding_OnlyWhenTheProjectionPassedTheEndReadAfterTheDeadline()
    {
        var bench = await WithItemsAsync(("x", 1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        await DecideAsync(bench, "x", Ana, lease.Epoch, "k");
        Assert.Equal("kept", await EndAsync(bench, lease.Epoch, 0));

        bench.SetNow(T0.AddDays(1).AddMinutes(30));
        Assert.Equal("kept", await EndAsync(bench, lease.Epoch, 1));
        Assert.Equal("kept", await EndAsync(bench, lease.Epoch - 1, 0));
        Assert.Equal("ended", await EndAsync(bench, lease.Epoch, 0));
        Assert.Equal("x", (await bench.Queues.ClaimAsync("hate", Ben, "")).Value!.Lease.Id);
    }

    [Fact]
    public async Task Swap_WhileLeased_KeepsLeasesAndEndsThoseTheLogDecided()
    {
        var bench = await WithItemsAsync(("a", 4), ("b", 2));
        var held = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        var decided = (await bench.Queues.ClaimAsync("hate", Ben, "")).Value!.Lease;
        var record = LogRecords.Verdict("d1", Item("b", 'A', 1, 1), "ben", Decision.Types.Verdict.Benign, epoch: decided.Epoch);
        record.IdempotencyKey = "k";
        bench.Append(record, T0.AddHours(1));

        Assert.True(await bench.RebuildAsync(2, 1));

        Assert.Empty((await bench.Queues.TopAsync("hate", 9)).Value!);
        Assert.Null((await bench.Queues.HeartbeatAsync("a", Ana, held.Epoch)).Refused);
        Assert.Equal(Refusal.LeaseLost, (await bench.Queues.HeartbeatAsync("b", Ben, decided.Epoch)).Refused);
        Assert.Equal("known", await DecideAsync(bench, "b", Ben, decided.Epoch, "k"));
        Assert.Equal("key_reused", await DecideAsync(bench, "b", Ben, decided.Epoch, "k", Decision.Types.Verdict.Violation));
        Assert.Equal("already_decided", await DecideAsync(bench, "b", Ben, decided.Epoch, "other"));
    }

    [Fact]
    public async Task Expired_WhileLeased_WaitsForTheEndOfTheLease()
    {
        var bench = await WithItemsAsync(("x", 1));
        bench.SetNow(T0.AddDays(29).AddMinutes(-1));
        var lease = (await bench.Queues.ClaimAsync("hate", Ana, "")).Value!.Lease;
        bench.SetNow(T0.AddDays(29).AddMinutes(2));
        await bench.SweepAsync(bench.Generation!, T0.AddDays(29));
        Assert.Null((await bench.Queues.HeartbeatAsync("x", Ana, lease.Epoch)).Refused);

        Assert.Null(await bench.Queues.ReleaseAsync("x", Ana, lease.Epoch));

        Assert.Empty(await bench.DumpAsync(bench.Generation!));
        Assert.Equal(1, await bench.Scripts.Database.ListLengthAsync(bench.Scripts.Key("outbox")));
    }

    private async Task<ProjectionBench> WithItemsAsync(params (string Id, double Value)[] items)
    {
        var bench = new ProjectionBench(redis);
        foreach (var ((id, value), index) in items.Select((item, index) => (item, index)))
        {
            bench.Append(LogRecords.Ranked(id, 0, 'A', Disposition.Queued, T0, index, value: value));
        }

        await bench.ApplyAllAsync();
        return bench;
    }

    private static RankedItem Item(string id, char digest, int minute, double value) =>
        LogRecords.Ranked(id, 0, digest, Disposition.Queued, T0.AddMinutes(minute), minute, value: value);

    private static async Task<string?> DecideAsync(ProjectionBench bench, string id, Reviewer reviewer, long epoch, string key) =>
        await DecideAsync(bench, id, reviewer, epoch, key, Decision.Types.Verdict.Benign);

    private static async Task<string?> DecideAsync(ProjectionBench bench, string id, Reviewer reviewer, long epoch, string key, Decision.Types.Verdict verdict) =>
        (string?)(await bench.Scripts.RunAsync(
            "decide", id, reviewer.Name, epoch, Guid.NewGuid().ToString(), CallMark.OfKey(key), 15_000, CallMark.OfWords(new() { Verdict = verdict })))[0];

    private static async Task<string?> EndAsync(ProjectionBench bench, long epoch, long end) =>
        (string?)(await bench.Scripts.RunAsync("end_deciding", "x", epoch, ProjectionBench.Decisions, end))[0];

    private static (Claim?, Refusal?) Answer(Reply<Claim> reply) => (reply.Value, reply.Refused);
}
