using Vigil.Contracts.Wire;
using Vigil.Review.Support;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Review.Queue;

/// <summary>
/// The shortest traces that the model of the protocol prints when one of its rules is left out, each as a test named by that
/// rule; and a crash between each two steps of decide. Rules of the projection alone are in ProjectionRuleTests.
/// </summary>
public sealed class ProtocolTraceTests(RedisServer redis)
{
    private static readonly DateTimeOffset T0 = LogRecords.Day0;
    private static readonly DateTimeOffset Overdue = T0.AddDays(1).AddMinutes(30);
    private static readonly Reviewer R1 = new("r1", IsLead: false);
    private static readonly Reviewer R2 = new("r2", IsLead: false);

    [Fact]
    public async Task Log_TwoDecisionsOnItsOrder_TheFirstStandsThoughSentLate()
    {
        var (bench, item) = await StartAsync();
        var first = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));
        bench.SetNow(Overdue);
        Assert.Equal("ended", await EndDecidingAsync(bench, first.Epoch, end: 0));
        var second = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));

        Land(bench, item, R1, first);
        Land(bench, item, R1, second);
        await bench.ApplyAllAsync();

        Assert.Equal("stands", await OutcomeAsync(bench, R1, first));
        Assert.Equal("dissent", await OutcomeAsync(bench, R1, second));
    }

    [Fact]
    public async Task Cas_RecordsReadAfterAFlush_ApplyNothingUntilARebuildHasThemAll()
    {
        var (bench, item) = await StartAsync();
        var edit = bench.Append(LogRecords.Ranked("x", 0, 'B', Disposition.Queued, T0.AddMinutes(1), 1));
        var mark = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));
        Land(bench, item, R1, mark);
        await bench.ApplyNextAsync(ranked: false);

        await bench.FlushAsync();
        Assert.Equal("generation", await bench.ApplyAsync(ranked: true, 1, expected: 1));
        await bench.ApplyAllAsync();
        var later = await MarkAsync(bench, R2, await ClaimAsync(bench, R2));
        Land(bench, edit, R2, later);
        await bench.ApplyAllAsync();

        Assert.Equal(("stands", "stands"), (await bench.OutcomeAsync("x", mark.DecisionId), await bench.OutcomeAsync("x", later.DecisionId)));
    }

    [Fact]
    public async Task Swap_ALeaseGivenWhileRebuilding_IsStillTheOnlyOne()
    {
        var (bench, _) = await StartAsync();
        var generation = await bench.BuildAsync(1, 0);
        await ClaimAsync(bench, R1);

        Assert.Equal("served", await SwapAsync(bench, generation));

        Assert.Null((await bench.Queues.ClaimAsync("hate", R2, "")).Value);
    }

    [Fact]
    public async Task Swap_ADecisionAppliedWhileRebuilding_IsNotUnseen()
    {
        var (bench, item) = await StartAsync();
        var epoch = await ClaimAsync(bench, R1);
        var generation = await bench.BuildAsync(1, 0);
        var mark = await MarkAsync(bench, R1, epoch);
        Land(bench, item, R1, mark);
        await bench.ApplyAllAsync();

        Assert.Equal("behind", await SwapAsync(bench, generation));

        Assert.Null((await bench.Queues.ClaimAsync("hate", R1, "")).Value);
        Assert.Equal("known", (await TryMarkAsync(bench, R1, mark.Epoch)).Outcome);
    }

    [Fact]
    public async Task Wait_ARepeatWhileDeciding_GetsTheFirstCallsDecision()
    {
        var (bench, _) = await StartAsync();
        var mark = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));

        Assert.Equal(("repeated", mark.DecisionId), await TryMarkAsync(bench, R1, mark.Epoch));
    }

    [Fact]
    public async Task Hw_ADecisionOnTheLogButNotApplied_KeepsTheLeasePastItsDeadline()
    {
        var (bench, item) = await StartAsync();
        var mark = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));
        Land(bench, item, R1, mark);
        bench.SetNow(Overdue);

        Assert.Equal("kept", await EndDecidingAsync(bench, mark.Epoch, end: 1));
        Assert.Null((await bench.Queues.ClaimAsync("hate", R2, "")).Value);

        await bench.ApplyAllAsync();
        Assert.Equal(("decided", 1), await ResultAsync(bench));
    }

    [Fact]
    public async Task Undo_OfWhatStandsNoLonger_LeavesTheNextDecisionStanding()
    {
        var (bench, item) = await StartAsync();
        var first = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));
        Land(bench, item, R1, first);
        bench.Append(LogRecords.Undo("u1", item, first.DecisionId), T0.AddHours(2));
        await bench.ApplyAllAsync();
        var second = await MarkAsync(bench, R2, await ClaimAsync(bench, R2));
        Land(bench, item, R2, second);
        bench.Append(LogRecords.Undo("u2", item, first.DecisionId), T0.AddHours(3));
        await bench.ApplyAllAsync();

        Assert.Equal(("stands", "void"), (await bench.OutcomeAsync("x", second.DecisionId), await bench.OutcomeAsync("x", "u2")));
        Assert.Equal("decided", (await ResultAsync(bench)).Status);
    }

    [Fact]
    public async Task Rel_WhileDeciding_NeitherReleaseNorHeartbeatFreesTheItem()
    {
        var (bench, _) = await StartAsync();
        var mark = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));

        Assert.Equal(Refusal.Deciding, await bench.Queues.ReleaseAsync("x", R1, mark.Epoch));
        Assert.Null((await bench.Queues.ClaimAsync("hate", R2, "")).Value);
    }

    [Fact]
    public async Task Promote_ADissentWhoseRivalIsUndone_StaysDissent()
    {
        var (bench, item) = await StartAsync();
        var first = await MarkAsync(bench, R1, await ClaimAsync(bench, R1));
        await bench.FlushAsync();
        await bench.ApplyAllAsync();
        var second = await MarkAsync(bench, R2, await ClaimAsync(bench, R2));
        Assert.True(second.Epoch > first.Epoch, "an epoch that does not grow over a flush");
        Land(bench, item, R1, first);
        Land(bench, item, R2, second);
        bench.Append(LogRecords.Undo("u1", item, first.DecisionId), T0.AddHours(2));
        await bench.ApplyAllAsync();

        Assert.Equal("dissent", await OutcomeAsync(bench, R2, second));
        Assert.Equal("queued", (await ResultAsync(bench)).Status);
    }

    [Theory]
    [InlineData("before the mark", "queued", 0)]
    [InlineData("before the record is sent", "queued", 0)]
    [InlineData("before the acknowledgement", "decided", 1)]
    [InlineData("before the reply", "decided", 1)]
    public async Task Decide_CrashedBetweenTwoSteps_EndsInOneOfTheTwoOutcomes(string crash, string status, int decisions)
    {
        var (bench, item) = await StartAsync();
        var epoch = await ClaimAsync(bench, R1);
        if (crash != "before the mark")
        {
            var mark = await MarkAsync(bench, R1, epoch);
            if (crash != "before the record is sent")
            {
                Land(bench, item, R1, mark);
            }

            if (crash == "before the reply")
            {
                await bench.ApplyAllAsync();
            }
        }

        // The instance is gone; another one reads on, and time passes.
        await bench.ApplyAllAsync();
        bench.SetNow(Overdue);
        await bench.Scripts.RunAsync("reap", "100");
        await EndDecidingAsync(bench, epoch, end: bench.DecisionCount);

        Assert.Equal((status, decisions), await ResultAsync(bench));
        var repeat = await TryMarkAsync(bench, R1, epoch);
        Assert.Equal(decisions == 1 ? "known" : "lease_lost", repeat.Outcome);
        Assert.Equal(decisions == 0, (await bench.Queues.ClaimAsync("hate", R2, "")).Value is not null);
    }

    private async Task<(ProjectionBench Bench, RankedItem Item)> StartAsync()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        await bench.ApplyNextAsync(ranked: true);
        return (bench, item);
    }

    private static async Task<long> ClaimAsync(ProjectionBench bench, Reviewer reviewer) => (await bench.Queues.ClaimAsync("hate", reviewer, "")).Value!.Lease.Epoch;

    private static async Task<(long Epoch, string DecisionId)> MarkAsync(ProjectionBench bench, Reviewer reviewer, long epoch)
    {
        var (outcome, id) = await TryMarkAsync(bench, reviewer, epoch);
        Assert.Equal("marked", outcome);
        return (epoch, id);
    }

    private static async Task<(string Outcome, string DecisionId)> TryMarkAsync(ProjectionBench bench, Reviewer reviewer, long epoch)
    {
        var answer = await bench.Scripts.RunAsync("decide", "x", reviewer.Name, epoch, Guid.NewGuid().ToString(), "", 15_000, Words);
        return ((string)answer[0]!, answer.Length > 1 ? (string)answer[1]! : "");
    }

    private static void Land(ProjectionBench bench, RankedItem item, Reviewer reviewer, (long Epoch, string DecisionId) mark) =>
        bench.Append(LogRecords.Verdict(mark.DecisionId, item, reviewer.Name, Decision.Types.Verdict.Violation, epoch: mark.Epoch), T0.AddHours(1));

    private static async Task<string?> OutcomeAsync(ProjectionBench bench, Reviewer reviewer, (long Epoch, string DecisionId) mark) =>
        (string?)(await bench.Scripts.RunAsync("outcome", "x", reviewer.Name, mark.Epoch, mark.DecisionId, "", ""))[2];

    private static async Task<string?> EndDecidingAsync(ProjectionBench bench, long epoch, long end) =>
        (string?)(await bench.Scripts.RunAsync("end_deciding", "x", epoch, ProjectionBench.Decisions, end))[0];

    private static async Task<string?> SwapAsync(ProjectionBench bench, string generation) => (string?)(await bench.Scripts.RunAsync("swap", generation))[0];

    private static async Task<(string Status, int Decisions)> ResultAsync(ProjectionBench bench)
    {
        var details = (await bench.Queues.ItemAsync("x")).Value!;
        return (details.Current.Status, details.Decisions.Count);
    }

    // What the desk would say of a verdict without more words, as the projection reads it off the record.
    private static string Words => CallMark.OfWords(new Decision { Verdict = Decision.Types.Verdict.Violation });
}
