using Vigil.Contracts.Wire;
using Vigil.Review.Support;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Review.Quality;

/// <summary>Decided items that another reviewer judges again: what waits for whom, what stands, and what nobody is told.</summary>
public sealed class SecondReviewTests(RedisServer redis)
{
    private const Decision.Types.Verdict Violation = Decision.Types.Verdict.Violation;
    private const Decision.Types.Verdict Benign = Decision.Types.Verdict.Benign;
    private const string ServiceToken = "token-of-appeals-0123456789";

    private static readonly DateTimeOffset T0 = LogRecords.Day0;
    private static readonly Reviewer R1 = new("r1", IsLead: false);
    private static readonly Reviewer R2 = new("r2", IsLead: false);
    private static readonly Reviewer Lead = new("lea", IsLead: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Golden_OfADecidedItem_WaitsInItsOldPlaceForAnyoneButItsJudge()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        await bench.ApplyAllAsync();
        var before = (await bench.Queues.ItemAsync("x")).Value!.Current;
        await OpenAsync(bench, item, Decision.Types.Kind.Golden);

        var after = (await bench.Queues.ItemAsync("x")).Value!;
        Assert.Equal((before.Score, before.Enqueued, "hate", "queued"), (after.Current.Score, after.Current.Enqueued, after.Current.Queue, after.Current.Status));
        Assert.True(after.IsReviewedAgain);
        Assert.Empty(after.Blind().Decisions);
        Assert.Null((await bench.Queues.ClaimAsync("hate", R1, "")).Value);
        var claim = (await bench.Queues.ClaimAsync("hate", R2, "")).Value!;
        Assert.Equal(Contracts.Selection.Random, claim.Lease.Selection);
        Assert.InRange(claim.Lease.Propensity, 0, 1);
    }

    [Fact]
    public async Task Second_ThatAgrees_ClosesTheItemAndTheFirstStands()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        await OpenAsync(bench, item, Decision.Types.Kind.Golden);

        bench.Append(LogRecords.Second("d2", item, "r2", Violation), T0.AddMinutes(3));
        await bench.ApplyAllAsync();

        Assert.Equal(("decided", "stands", "opened", "second"), (await StatusAsync(bench), await bench.OutcomeAsync("x", "d1"), await bench.OutcomeAsync("x", "o1"), await bench.OutcomeAsync("x", "d2")));
        Assert.False((await bench.Queues.ItemAsync("x")).Value!.IsReviewedAgain);
    }

    [Fact]
    public async Task Second_ThatDiffers_GoesToTheLeadsWhoMayOverturn()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        await OpenAsync(bench, item, Decision.Types.Kind.ReviewAgain);

        bench.Append(LogRecords.Second("d2", item, "r2", Benign), T0.AddMinutes(3));
        await bench.ApplyAllAsync();

        Assert.Equal("stands", await bench.OutcomeAsync("x", "d1"));
        Assert.Null((await bench.Queues.ClaimAsync("hate", R1, "")).Value);
        var claim = (await bench.Queues.ClaimAsync("hate-leads", Lead, "")).Value!;
        Assert.Equal(["d1", "violation", "1"], await FirstAsync(bench, Lead, claim.Lease.Epoch));

        bench.Append(LogRecords.Verdict("d3", item, "lea", Benign, reverses: "d1", epoch: claim.Lease.Epoch), T0.AddMinutes(4));
        await bench.ApplyAllAsync();
        Assert.Equal(("decided", "undone", "stands"), (await StatusAsync(bench), await bench.OutcomeAsync("x", "d1"), await bench.OutcomeAsync("x", "d3")));
    }

    [Fact]
    public async Task Undo_OfASecondVerdict_OpensTheItemAgainAndTakesThePairOut()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        await OpenAsync(bench, item, Decision.Types.Kind.Golden);
        bench.Append(LogRecords.Second("d2", item, "r2", Benign), T0.AddMinutes(3));
        await bench.ApplyAllAsync();
        Assert.Equal("hate violation benign", await PairsAsync(bench));

        bench.Append(LogRecords.Undo("u1", item, "d2", "r2"), T0.AddMinutes(4));
        await bench.ApplyAllAsync();

        Assert.Equal(("queued", "stands", "undone", "undone"), (await StatusAsync(bench), await bench.OutcomeAsync("x", "d1"), await bench.OutcomeAsync("x", "d2"), await bench.OutcomeAsync("x", "u1")));
        Assert.Equal("hate", (await bench.Queues.ItemAsync("x")).Value!.Current.Queue);
        Assert.Equal("", await PairsAsync(bench));
        // Whoever took it back may have it again; what publishers are told has not changed.
        Assert.NotNull((await bench.Queues.ClaimAsync("hate", R2, "")).Value);
        Assert.Equal(1, await bench.Scripts.Database.ListLengthAsync(bench.Scripts.Key("outbox")));
    }

    [Fact]
    public async Task Undo_OfTheFirstVerdictMeanwhile_LeavesAnItemThatAnyoneMayDecide()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        await OpenAsync(bench, item, Decision.Types.Kind.Golden);
        var claim = (await bench.Queues.ClaimAsync("hate", R2, "")).Value!;
        bench.Append(LogRecords.Undo("u1", item, "d1", "r1"), T0.AddMinutes(3));
        await bench.ApplyAllAsync();

        Assert.Equal(["", "", ""], await FirstAsync(bench, R2, claim.Lease.Epoch));
        bench.Append(LogRecords.Verdict("d2", item, "r2", Benign, epoch: claim.Lease.Epoch), T0.AddMinutes(4));
        await bench.ApplyAllAsync();
        Assert.Equal("stands", await bench.OutcomeAsync("x", "d2"));
    }

    [Fact]
    public async Task Open_WhatNobodyDecided_IsVoid()
    {
        var bench = new ProjectionBench(redis);
        var item = bench.Append(LogRecords.Ranked("x", 0, 'A', Disposition.Queued, T0, 0));
        bench.Append(LogRecords.Opening("o1", item, Decision.Types.Kind.Appeal), T0.AddMinutes(1));
        bench.Append(LogRecords.Second("d1", item, "r1", Violation), T0.AddMinutes(2));

        await bench.ApplyAllAsync();

        Assert.Equal(("void", "void", "hate"), (await bench.OutcomeAsync("x", "o1"), await bench.OutcomeAsync("x", "d1"), (await bench.Queues.ItemAsync("x")).Value!.Current.Queue));
    }

    [Fact]
    public async Task Golden_OverRest_IsJudgedBlindAndTheLeadsDecideTheDispute()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        using var ben = host.Ben;
        using var lea = host.Lea;
        var first = await DecideAsync(ana, "hate", "violation");
        Assert.Equal(403, (await ReviewHost.SendAsync(ben, "/items/x/golden", new { }, Cancellation)).Status);
        var opened = await ReviewHost.SendAsync(lea, "/items/x/golden", new { note = "plain" }, Cancellation, "g-1");
        Assert.Equal((200, "opened"), (opened.Status, (string?)opened.Body!["outcome"]));
        Assert.Equal((string?)opened.Body["decision_id"], (string?)(await ReviewHost.SendAsync(lea, "/items/x/golden", new { note = "plain" }, Cancellation, "g-1")).Body!["decision_id"]);
        Assert.Equal((422, "key_reused"), Code(await ReviewHost.SendAsync(lea, "/items/x/golden", new { note = "other" }, Cancellation, "g-1")));
        Assert.Equal((409, "already_open"), Code(await ReviewHost.SendAsync(lea, "/items/x/golden", new { }, Cancellation)));

        Assert.Empty((await ReviewHost.GetAsync(ben, "/items/x", Cancellation)).Body!["decisions"]!.AsArray());
        Assert.NotEmpty((await ReviewHost.GetAsync(lea, "/items/x", Cancellation)).Body!["decisions"]!.AsArray());
        var second = await DecideAsync(ben, "hate", "benign");
        Assert.Equal(("stands", "decided", ""), ((string?)second["outcome"], (string?)second["status"], (string?)second["queue"]));
        var last = await DecideAsync(lea, "hate-leads", "benign");
        Assert.Equal("stands", (string?)last["outcome"]);

        var log = (await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 4, Cancellation)).ConvertAll(record => Decision.Parser.ParseFrom(record.Message.Value));
        Assert.Equal([Decision.Types.Kind.Verdict, Decision.Types.Kind.Golden, Decision.Types.Kind.SecondVerdict, Decision.Types.Kind.Verdict], log.Select(decision => decision.Kind));
        Assert.Equal(((string?)first["decision_id"], Violation), (log[2].SecondTo, log[2].FirstVerdict));
        Assert.Equal((string?)first["decision_id"], log[3].Reverses);
        var told = await host.ReadAsync(host.Topics.Status, records => records.Count >= 2, Cancellation);
        Assert.Equal(["violation", "benign"], told.Select(record => StatusEvent.Parser.ParseFrom(record.Message.Value).Verdict));
        var agreement = (await ReviewHost.GetAsync(lea, "/agreement", Cancellation)).Body!.AsArray().Single()!;
        Assert.Equal(("hate", 1, 0), ((string?)agreement["queue"], (int)agreement["pairs"]!, (int)agreement["alike"]!));
        Assert.Equal(403, (await ReviewHost.GetAsync(ben, "/agreement", Cancellation)).Status);
    }

    [Fact]
    public async Task Appeal_ByAService_IsJudgedByAnotherWhoseVerdictOverturns()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, settings: [($"Tokens:{ServiceToken}:Name", "appeals-desk"), ($"Tokens:{ServiceToken}:Roles", "service")]);
        await host.PostAsync("x", "words");
        await host.PostAsync("y", "words");
        using var service = host.Client(ServiceToken);
        using var ana = host.Ana;
        using var ben = host.Ben;
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(service, "/items/x", Cancellation)).Status == 200, Cancellation);
        Assert.Equal((409, "nothing_stands"), Code(await ReviewHost.SendAsync(service, "/items/x/appeal", new { }, Cancellation)));
        Assert.Equal((404, "not_found"), Code(await ReviewHost.SendAsync(service, "/items/z/appeal", new { }, Cancellation)));
        Assert.Equal(403, (await ReviewHost.SendAsync(ben, "/items/x/appeal", new { }, Cancellation)).Status);
        var verdicts = new[] { await DecideAsync(ana, "hate", "violation"), await DecideAsync(ana, "hate", "violation") };

        foreach (var id in new[] { "x", "y" })
        {
            Assert.Equal((200, "opened"), Outcome(await ReviewHost.SendAsync(service, $"/items/{id}/appeal", new { note = "it was a quote" }, Cancellation)));
        }

        using var none = await ana.PostAsync("/queues/appeals/claim", null, Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, none.StatusCode);
        await DecideAsync(ben, "appeals", "benign");
        await DecideAsync(ben, "appeals", "violation");

        var log = (await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 6, Cancellation)).ConvertAll(record => Decision.Parser.ParseFrom(record.Message.Value));
        Assert.Single(log, decision => decision.Reviewer == "ben" && decision.Kind == Decision.Types.Kind.Verdict && verdicts.Any(first => (string?)first["decision_id"] == decision.Reverses));
        Assert.Single(log, decision => decision.Reviewer == "ben" && decision.Kind == Decision.Types.Kind.SecondVerdict);
        Assert.Equal(["decided", "decided"], [await RestStatusAsync(service, "x"), await RestStatusAsync(service, "y")]);
    }

    [Fact]
    public async Task Draw_OfManyDecisions_SendsItsShareToOthers()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, settings: ("SecondShare", "0.5"));
        using var ana = host.Ana;
        const int Items = 24;
        for (var i = 0; i < Items; i++)
        {
            await host.PostAsync($"i{i}", "words");
        }

        for (var i = 0; i < Items; i++)
        {
            await DecideAsync(ana, "hate", "benign");
        }

        var log = (await host.ReadAsync(host.Topics.Decisions, records => records.Count > Items, Cancellation)).ConvertAll(record => Decision.Parser.ParseFrom(record.Message.Value));
        var drawn = log.Where(decision => decision.Kind == Decision.Types.Kind.ReviewAgain).Select(decision => decision.ContentId).ToHashSet();
        Assert.Equal(log.Where(decision => decision.Kind == Decision.Types.Kind.Verdict && SecondReviews.IsDrawn(decision.DecisionId, 0.5)).Select(decision => decision.ContentId).ToHashSet(), drawn);
        Assert.InRange(drawn.Count, 1, Items - 1);
    }

    [Fact]
    public void IsDrawn_OverManyIds_IsNearItsShare()
    {
        var drawn = Enumerable.Range(0, 20_000).Count(i => SecondReviews.IsDrawn($"decision {i}", 0.02));

        Assert.InRange(drawn, 320, 480);
        Assert.False(SecondReviews.IsDrawn("any", 0));
    }

    private static async Task OpenAsync(ProjectionBench bench, RankedItem item, Decision.Types.Kind kind)
    {
        bench.Append(LogRecords.Verdict("d1", item, "r1", Violation), T0.AddMinutes(1));
        bench.Append(LogRecords.Opening("o1", item, kind), T0.AddMinutes(2));
        await bench.ApplyAllAsync();
    }

    private static async Task<string> StatusAsync(ProjectionBench bench) => (await bench.Queues.ItemAsync("x")).Value!.Current.Status;

    /// <summary>What the desk is told when it marks a verdict: the decision that stands, what it says, whether it may be overturned.</summary>
    private static async Task<string[]> FirstAsync(ProjectionBench bench, Reviewer reviewer, long epoch)
    {
        var marked = await bench.Scripts.RunAsync("decide", "x", reviewer.Name, epoch, "mark", "", 15_000, "");
        Assert.Equal("marked", (string?)marked[0]);
        return [(string)marked[9]!, (string)marked[10]!, (string)marked[11]!];
    }

    private static async Task<string> PairsAsync(ProjectionBench bench)
    {
        var answer = await bench.Scripts.RunAsync("pairs");
        return string.Join(';', Enumerable.Range(1, answer.Length - 1).Select(i => string.Join(' ', (string[])answer[i]!)));
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> DecideAsync(HttpClient reviewer, string queue, string verdict)
    {
        var claim = await ReviewHost.ClaimAsync(reviewer, queue, Cancellation);
        var (status, decision) = await ReviewHost.SendAsync(
            reviewer, (string)claim["path"]! + "/decide", new { epoch = (long)claim["lease"]!["epoch"]!, verdict, policies = verdict == "violation" ? new[] { "hate" } : [] }, Cancellation);
        Assert.Equal(200, status);
        return decision!;
    }

    private static async Task<string?> RestStatusAsync(HttpClient client, string id) => (string?)(await ReviewHost.GetAsync(client, $"/items/{id}", Cancellation)).Body!["item"]!["status"];

    private static (int, string?) Code((int Status, System.Text.Json.Nodes.JsonNode? Body) reply) => (reply.Status, (string?)reply.Body!["code"]);

    private static (int, string?) Outcome((int Status, System.Text.Json.Nodes.JsonNode? Body) reply) => (reply.Status, (string?)reply.Body!["outcome"]);
}
