using System.Text.Json.Nodes;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Service;

/// <summary>Calls that come twice, late, or under what is not a lease: none may record or take back what was not meant.</summary>
public sealed class RepeatTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Decide_AgainUnderAnEndedLease_GivesTheSameAnswerToTheSameCallOnly()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var epoch = await ClaimAsync(ana);
        var first = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "violation", policies = new[] { "hate" } }, Cancellation, "tab-1");

        var other = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation, "tab-2");
        var skip = await ReviewHost.SendAsync(ana, "/items/x/skip", new { epoch }, Cancellation, "tab-1");
        var same = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "violation", policies = new[] { "hate" } }, Cancellation, "tab-1");

        var fuller = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "violation", policies = new[] { "hate" }, note = "n" }, Cancellation, "tab-1");
        var keyless = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "violation", policies = new[] { "hate" } }, Cancellation);

        Assert.Equal((409, "already_decided"), Code(other));
        Assert.Equal((409, "already_decided"), Code(keyless));
        Assert.Equal((422, "key_reused"), Code(skip));
        Assert.Equal((422, "key_reused"), Code(fuller));
        Assert.Equal((200, "violation", Text(first, "decision_id")), (same.Status, Text(same, "verdict"), Text(same, "decision_id")));
        Assert.Single(await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 1, Cancellation));
    }

    [Fact]
    public async Task Decide_RepeatedAfterAFlush_IsStillKnownByItsKey()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var body = new { epoch = await ClaimAsync(ana), verdict = "benign", seconds_spent = 1.5, note = "n" };
        var first = await ReviewHost.SendAsync(ana, "/items/x/decide", body, Cancellation, "tab-1");

        await redis.Connection.GetDatabase().KeyDeleteAsync([.. redis.Keys(host.Prefix)]);
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/x", Cancellation)).Status == 200, Cancellation);

        var same = await ReviewHost.SendAsync(ana, "/items/x/decide", body, Cancellation, "tab-1");
        Assert.Equal((200, Text(first, "decision_id")), (same.Status, Text(same, "decision_id")));
        Assert.Equal((422, "key_reused"), Code(await ReviewHost.SendAsync(ana, "/items/x/decide", body with { note = "other" }, Cancellation, "tab-1")));
        Assert.Equal((409, "already_decided"), Code(await ReviewHost.SendAsync(ana, "/items/x/decide", body, Cancellation, "tab-2")));
    }

    [Fact]
    public async Task Undo_OfWhatIsUndone_SaysThatThereIsNothingToUndo()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var epoch = await ClaimAsync(ana);
        var decided = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation);
        Assert.Equal(200, (await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation, "undo-1")).Status);

        Assert.Equal((409, "nothing_to_undo"), Code(await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation)));
        Assert.Equal((409, "nothing_to_undo"), Code(await ReviewHost.SendAsync(ana, "/items/x/undo", new { decision_id = Text(decided, "decision_id") }, Cancellation)));
        Assert.Equal((422, "key_reused"), Code(await ReviewHost.SendAsync(ana, "/items/x/undo", new { decision_id = "another" }, Cancellation, "undo-1")));
        Assert.Equal((409, "lease_lost"), Code(await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "violation", policies = new[] { "hate" } }, Cancellation)));
    }

    [Fact]
    public async Task Decide_UnderAnEpochThatIsNone_IsRefusedThoughTheCallerUndidTheItem()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);
        Assert.Equal(200, (await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation)).Status);

        Assert.Equal((409, "lease_lost"), Code(await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = 0, verdict = "benign" }, Cancellation)));
    }

    [Fact]
    public async Task Undo_RepeatedWithItsKey_TakesNothingElseBack()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        using var ana = host.Ana;
        await host.PostAsync("x", "first", revision: 1);
        await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);
        await host.PostAsync("x", "second", revision: 2);
        await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "violation", policies = new[] { "hate" } }, Cancellation);

        var undone = await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation, "undo-1");
        var again = await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation, "undo-1");

        Assert.Equal((200, "undone"), (undone.Status, Text(undone, "outcome")));
        Assert.Equal((200, Text(undone, "decision_id")), (again.Status, Text(again, "decision_id")));
        var decisions = (await ReviewHost.GetAsync(ana, "/items/x", Cancellation)).Body!["decisions"]!.AsArray();
        Assert.Equal(["stands", "undone", "undone"], decisions.Select(decision => (string?)decision!["outcome"]));
        Assert.Equal(3, (await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 3, Cancellation)).Count);
    }

    [Theory]
    [InlineData(null, "one", null, "quite another body")]
    [InlineData(null, "", null, "one")]
    [InlineData("named", "one", null, "one")]
    [InlineData(null, "one", "named", "one")]
    public async Task Undo_WithTheSameKeyAndAnotherBody_IsRefusedAlsoAfterAFlush(string? target, string note, string? otherTarget, string otherNote)
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var decided = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);
        object Body(string? named, string words) => new { decision_id = named is null ? null : Text(decided, "decision_id"), note = words };
        var undone = await ReviewHost.SendAsync(ana, "/items/x/undo", Body(target, note), Cancellation, "undo-1");

        var other = await ReviewHost.SendAsync(ana, "/items/x/undo", Body(otherTarget, otherNote), Cancellation, "undo-1");
        await redis.Connection.GetDatabase().KeyDeleteAsync([.. redis.Keys(host.Prefix)]);
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/x", Cancellation)).Status == 200, Cancellation);
        var otherLater = await ReviewHost.SendAsync(ana, "/items/x/undo", Body(otherTarget, otherNote), Cancellation, "undo-1");
        var same = await ReviewHost.SendAsync(ana, "/items/x/undo", Body(target, note), Cancellation, "undo-1");

        Assert.Equal((422, "key_reused"), Code(other));
        Assert.Equal((422, "key_reused"), Code(otherLater));
        Assert.Equal((200, Text(undone, "decision_id")), (same.Status, Text(same, "decision_id")));
    }

    [Fact]
    public async Task Undo_OnTheLog_NamesTheRecordItActsOnWhole()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        var item = await host.PostAsync("x", "words");
        using var ana = host.Ana;
        await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);
        await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation);

        var log = await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 2, Cancellation);
        var undo = Decision.Parser.ParseFrom(log[1].Message.Value);
        var events = await host.ReadAsync(host.Topics.Status, records => records.Count >= 2, Cancellation);

        Assert.Equal((item.Source, "hate"), (undo.Source, undo.Queue));
        Assert.Equal((item.Source, "hate"), (StatusEvent.Parser.ParseFrom(events[1].Message.Value).Source, StatusEvent.Parser.ParseFrom(events[1].Message.Value).Queue));
    }

    [Fact]
    public async Task Undo_OfADecisionForgottenSince_SaysThatItIsTooLate()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var old = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-9)).ToString();
        var fresh = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

        Assert.Equal((410, "too_late"), Code(await ReviewHost.SendAsync(ana, "/items/x/undo", new { decision_id = old }, Cancellation)));
        Assert.Equal((404, "not_found"), Code(await ReviewHost.SendAsync(ana, "/items/x/undo", new { decision_id = fresh }, Cancellation)));
        await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);
        host.Stage.Scripts.ClockOffset = TimeSpan.FromDays(8.1);
        Assert.Equal((410, "too_late"), Code(await ReviewHost.SendAsync(ana, "/items/x/undo", new { }, Cancellation)));
    }

    [Fact]
    public async Task Decide_OnADecisionsTopicCreatedAnew_IsAnsweredWithoutARestart()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words", value: 2);
        using var ana = host.Ana;
        await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);

        await host.RecreateAsync(host.Topics.Decisions, Cancellation);

        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/x", Cancellation)).Body?["item"]?["status"]?.GetValue<string>() == "queued", Cancellation);
        var (status, decision) = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "violation", policies = new[] { "hate" } }, Cancellation);
        Assert.Equal((200, "stands"), (status, (string?)decision!["outcome"]));
    }

    [Fact]
    public async Task Decide_WhenRedisGoesAfterTheRecordWasSent_LeavesTheOutcomeOpen()
    {
        await using var own = new RedisServer();
        await own.InitializeAsync();
        await using var host = await ReviewHost.StartAsync(own, Cancellation, lingerMs: 1_500, settings: ("AnswerSeconds", "1"));
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var epoch = await ClaimAsync(ana);
        var deciding = ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation);
        await ReviewHost.UntilAsync(async () => (string?)await own.Connection.GetDatabase().HashGetAsync(host.Stage.Scripts.Key("lease:x"), "deciding") is { Length: > 0 }, Cancellation);

        // The record is still in the client.
        await own.KillAsync();

        Assert.Equal((503, "outcome_open"), Code(await deciding));
    }

    [Fact]
    public async Task Decide_OnAMachineWhoseClockIsDaysAhead_IsRememberedAllTheSame()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, new ShiftedTime(TimeSpan.FromDays(10)));
        await host.PostAsync("x", "words");
        using var ana = host.Ana;

        await ReviewHost.UntilAsync(() => Task.FromResult(host.Stage.Projection.Passed > 0), Cancellation);

        var (status, decision) = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = await ClaimAsync(ana), verdict = "benign" }, Cancellation);

        Assert.Equal((200, "stands", "decided"), (status, (string?)decision!["outcome"], (string?)decision["status"]));
    }

    private static async Task<long> ClaimAsync(HttpClient client) => (long)(await ReviewHost.ClaimAsync(client, "hate", Cancellation))["lease"]!["epoch"]!;

    private static string? Text((int Status, JsonNode? Body) answer, string field) => (string?)answer.Body?[field];

    private static (int Status, string? Code) Code((int Status, JsonNode? Body) answer) => (answer.Status, (string?)answer.Body?["code"]);

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
