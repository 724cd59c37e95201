using System.Net;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Disposition = Vigil.Contracts.Wire.Disposition;
using Vigil.Review.Support;

namespace Vigil.Review.Service;

/// <summary>A reviewer's work over HTTP, against the development broker and a real Redis.</summary>
public sealed class ReviewFlowTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reviewer_ClaimsReadsDecidesAndUndoes()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("post/1 ö", "some words\u202e to judge", value: 8);
        using var ana = host.Ana;

        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        var path = (string)claim["path"]!;
        var epoch = (long)claim["lease"]!["epoch"]!;
        Assert.Equal("post/1 ö", (string?)claim["id"]);

        using var raw = await ana.GetAsync(path + "/content", Cancellation);
        var content = await raw.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("some words\\u202E to judge", content, StringComparison.Ordinal);

        var (status, decision) = await ReviewHost.SendAsync(ana, path + "/decide", new { epoch, verdict = "violation", policies = new[] { "hate" }, note = "n" }, Cancellation, "key-1");
        Assert.Equal((200, "stands"), (status, (string?)decision!["outcome"]));
        Assert.Equal("violation", (string?)decision["verdict"]);
        var again = await ReviewHost.SendAsync(ana, path + "/decide", new { epoch, verdict = "violation", policies = new[] { "hate" }, note = "n" }, Cancellation, "key-1");
        Assert.Equal((200, (string?)decision["decision_id"]), (again.Status, (string?)again.Body!["decision_id"]));

        var undone = await ReviewHost.SendAsync(ana, path + "/undo", new { note = "slip" }, Cancellation);
        Assert.Equal((200, "undone"), (undone.Status, (string?)undone.Body!["outcome"]));
        Assert.True((long)(await ReviewHost.ClaimAsync(ana, "hate", Cancellation))["lease"]!["epoch"]! > epoch);

        var log = await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 2, Cancellation);
        Assert.Equal(2, log.Count);
        var verdict = Decision.Parser.ParseFrom(log[0].Message.Value);
        Assert.Equal(("ana", epoch, "hate", "post/1 ö"), (verdict.Reviewer, verdict.LeaseEpoch, verdict.Queue, Encoding.UTF8.GetString(log[0].Message.Key)));
        Assert.Equal(verdict.DecisionId, Decision.Parser.ParseFrom(log[1].Message.Value).Reverses);

        var events = await host.ReadAsync(host.Topics.Status, records => records.Count >= 2, Cancellation);
        Assert.Equal(["", "undone"], events.Select(record => StatusEvent.Parser.ParseFrom(record.Message.Value).Reason));
    }

    [Fact]
    public async Task Decision_ByTwoUnderOneVersion_IsStandsThenDissent()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        var item = await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        await host.Producer.ProduceAsync(host.Topics.Decisions, new() { Key = "x", Value = LogRecords.Verdict("earlier", item, "ben", Decision.Types.Verdict.Benign).ToByteArray() }, Cancellation);

        var (status, decision) = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = (long)claim["lease"]!["epoch"]!, verdict = "violation", policies = new[] { "hate" } }, Cancellation);

        Assert.Equal((200, "dissent"), (status, (string?)decision!["outcome"]));
    }

    [Fact]
    public async Task Decision_OfAnEditedItem_NamesTheNewerVersion()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "first");
        using var ana = host.Ana;
        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        await host.PostAsync("x", "second");
        await ReviewHost.UntilAsync(
            async () => (string?)(await ReviewHost.SendAsync(ana, "/items/x/heartbeat", new { epoch = (long)claim["lease"]!["epoch"]! }, Cancellation)).Body!["newest_version"] != (string?)claim["lease"]!["version"],
            Cancellation);

        var content = await ReviewHost.GetAsync(ana, "/items/x/content", Cancellation);
        Assert.Equal("first", (string?)content.Body!["parts"]![0]!["text"]);
        var (_, decision) = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = (long)claim["lease"]!["epoch"]!, verdict = "benign" }, Cancellation);

        Assert.Equal(("stands", "hate", "queued"), ((string?)decision!["outcome"], (string?)decision["queue"], (string?)decision["status"]));
        Assert.NotEqual((string?)decision["version"], (string?)decision["newest_version"]);
        Assert.Equal((string?)decision["newest_version"], (string?)(await ReviewHost.ClaimAsync(ana, "hate", Cancellation))["lease"]!["version"]);
    }

    [Fact]
    public async Task Deletion_WhileClaimed_Answers409Withdrawn()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var epoch = (long)(await ReviewHost.ClaimAsync(ana, "hate", Cancellation))["lease"]!["epoch"]!;
        await host.WithdrawAsync("x");
        await ReviewHost.UntilAsync(async () => (await ReviewHost.SendAsync(ana, "/items/x/heartbeat", new { epoch }, Cancellation)).Status == 409, Cancellation);

        var (status, problem) = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation);

        Assert.Equal((409, "withdrawn"), (status, (string?)problem!["code"]));
        Assert.Equal((410, "withdrawn"), Code(await ReviewHost.GetAsync(ana, "/items/x/content", Cancellation)));
    }

    [Fact]
    public async Task SkipAndEscalate_MoveTheItem()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        using var ben = host.Ben;
        using var lea = host.Lea;
        var first = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        var skipped = await ReviewHost.SendAsync(ana, "/items/x/skip", new { epoch = (long)first["lease"]!["epoch"]!, reason = "language" }, Cancellation);
        Assert.Equal((200, "moved"), (skipped.Status, (string?)skipped.Body!["outcome"]));
        using var none = await ana.PostAsync("/queues/hate/claim", null, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);

        var second = await ReviewHost.ClaimAsync(ben, "hate", Cancellation);
        await ReviewHost.SendAsync(ben, "/items/x/decide", new { epoch = (long)second["lease"]!["epoch"]!, verdict = "escalate" }, Cancellation);

        using var forbidden = await ben.PostAsync("/queues/hate-leads/claim", null, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal("x", (string?)(await ReviewHost.ClaimAsync(lea, "hate-leads", Cancellation))["id"]);
    }

    [Fact]
    public async Task Picture_ThatCannotBeRead_IsQueuedClaimableAndItsBytesServedAsDownload()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        var content = new Contracts.Content { Id = "pic", Parts = [new TextPart("harmless"), new ImagePart(new byte[] { 1, 2, 3 }, "image/png")] };
        var item = await host.PostAsync(content, disposition: Disposition.Cleared);
        item.Disposition = Disposition.Queued;
        item.Queue = PolicySet.UnreadableQueue;
        item.Unreadable.Add(new Contracts.Wire.UnreadablePart { Part = 1, Reason = UnreadableReason.NotAnImage });
        await host.RankAsync(item);
        using var ana = host.Ana;

        var claim = await ReviewHost.ClaimAsync(ana, "unreadable", Cancellation);
        var view = (await ReviewHost.GetAsync(ana, "/items/pic/content", Cancellation)).Body!;
        using var image = await ana.GetAsync((string)view["parts"]![1]!["image_path"]!, Cancellation);

        Assert.Equal("not_an_image", (string?)claim["evidence"]!["unreadable"]![0]!["reason"]);
        Assert.Equal(("harmless", "not_an_image"), ((string?)view["parts"]![0]!["text"], (string?)view["parts"]![1]!["unreadable"]));
        Assert.Equal([1, 2, 3], await image.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal("application/octet-stream", image.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", image.Content.Headers.ContentDisposition!.DispositionType);
        var (status, decision) = await ReviewHost.SendAsync(ana, "/items/pic/decide", new { epoch = (long)claim["lease"]!["epoch"]!, verdict = "benign" }, Cancellation);
        Assert.Equal((200, "stands"), (status, (string?)decision!["outcome"]));
    }

    [Fact]
    public async Task Content_ThatIsNotTheVersionClaimed_Answers410()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        var other = await host.PostAsync("other", "other words");
        var changed = other.Clone();
        changed.ContentId = "changed";
        await host.RankAsync(changed);
        var digest = other.Clone();
        digest.Version.Digest = LogRecords.VersionOf(0, 'Z').Digest;
        digest.Version.Revision = 5;
        await host.RankAsync(digest);
        var missing = other.Clone();
        missing.ContentId = "missing";
        missing.Source.Offset += 100;
        await host.RankAsync(missing);
        using var ana = host.Ana;
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/missing", Cancellation)).Status == 200, Cancellation);
        await ReviewHost.UntilAsync(async () => ((string?)(await ReviewHost.GetAsync(ana, "/items/other", Cancellation)).Body?["item"]?["version"])?.StartsWith("5:", StringComparison.Ordinal) == true, Cancellation);

        Assert.Equal((410, "mismatch"), Code(await ReviewHost.GetAsync(ana, "/items/changed/content", Cancellation)));
        Assert.Equal((410, "mismatch"), Code(await ReviewHost.GetAsync(ana, "/items/other/content", Cancellation)));
        Assert.Equal((410, "missing"), Code(await ReviewHost.GetAsync(ana, "/items/missing/content", Cancellation)));

        await host.Admin.DeleteRecordsAsync([new TopicPartitionOffset(host.Topics.Content, other.Source.Partition, Offset.End)]);
        Assert.Equal((410, "expired"), Code(await ReviewHost.GetAsync(ana, "/items/changed/content", Cancellation)));

        await host.Admin.DeleteTopicsAsync([host.Topics.Content]);
        var old = host.ContentTopicId;
        await host.CreateContentTopicAsync();
        Assert.NotEqual(old, host.ContentTopicId);
        Assert.Equal((410, "topic_recreated"), Code(await ReviewHost.GetAsync(ana, "/items/changed/content", Cancellation)));
    }

    [Fact]
    public async Task Queues_OverTwoInstances_AreOneAndSurviveTheReader()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.AddInstanceAsync();
        await host.PostAsync("x", "words", value: 2);
        await host.PostAsync("y", "words", value: 1);
        using var first = host.Client(ReviewHost.AnaToken);
        using var second = host.Client(ReviewHost.BenToken, instance: 1);
        var x = await ReviewHost.ClaimAsync(first, "hate", Cancellation);
        var y = await ReviewHost.ClaimAsync(second, "hate", Cancellation);
        Assert.NotEqual((string?)x["id"], (string?)y["id"]);

        // Decided at the instance that does not read.
        var (status, decision) = await ReviewHost.SendAsync(second, (string)y["path"]! + "/decide", new { epoch = (long)y["lease"]!["epoch"]!, verdict = "benign" }, Cancellation);
        Assert.Equal((200, "stands"), (status, (string?)decision!["outcome"]));

        await host.StopInstanceAsync(0);
        using var ana = host.Client(ReviewHost.AnaToken, instance: 1);
        await ReviewHost.UntilAsync(
            async () => (await ReviewHost.SendAsync(ana, (string)x["path"]! + "/decide", new { epoch = (long)x["lease"]!["epoch"]!, verdict = "benign" }, Cancellation, "k")) is (200, { } body) && (string?)body["outcome"] == "stands",
            Cancellation);
        Assert.Equal(2, (await host.ReadAsync(host.Topics.Decisions, records => records.Count >= 2, Cancellation)).Count);
    }

    [Fact]
    public async Task Decision_ThatNeverReachesTheLog_IsOpenThenOverAndNeverSentTwice()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.AddInstanceAsync(producerBootstrap: "127.0.0.1:1");
        await host.PostAsync("x", "words");
        using var cutOff = host.Client(ReviewHost.AnaToken, instance: 1);
        using var ana = host.Ana;
        using var ben = host.Ben;
        var epoch = (long)(await ReviewHost.ClaimAsync(cutOff, "hate", Cancellation))["lease"]!["epoch"]!;

        Assert.Equal((503, "outcome_open"), Code(await ReviewHost.SendAsync(cutOff, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation, "k")));
        Assert.Equal((409, "deciding"), Code(await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation, "other")));
        Assert.Equal((409, "deciding"), Code(await ReviewHost.SendAsync(ana, "/items/x/release", new { epoch }, Cancellation)));

        // The repeat, at an instance that could produce, waits and does not.
        Assert.Contains(Code(await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation, "k")), new (int, string?)[] { (503, "outcome_open"), (409, "lease_lost") });
        Assert.Equal("x", (string?)(await ReviewHost.ClaimAsync(ben, "hate", Cancellation))["id"]);
        Assert.Equal((409, "lease_lost"), Code(await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation, "k")));
        Assert.Empty(await host.ReadAsync(host.Topics.Decisions, _ => true, Cancellation));
    }

    [Fact]
    public async Task Undo_OfAnothersDecision_IsForLeads()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        using var ben = host.Ben;
        using var lea = host.Lea;
        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        var decided = await ReviewHost.SendAsync(ana, "/items/x/decide", new { epoch = (long)claim["lease"]!["epoch"]!, verdict = "benign" }, Cancellation);
        var decision_id = (string)decided.Body!["decision_id"]!;

        Assert.Equal((403, "forbidden"), Code(await ReviewHost.SendAsync(ben, "/items/x/undo", new { decision_id }, Cancellation)));
        Assert.Equal((409, "nothing_to_undo"), Code(await ReviewHost.SendAsync(ben, "/items/x/undo", new { }, Cancellation)));
        Assert.Equal(200, (await ReviewHost.SendAsync(lea, "/items/x/undo", new { decision_id }, Cancellation)).Status);
        Assert.Equal((409, "nothing_to_undo"), Code(await ReviewHost.SendAsync(lea, "/items/x/undo", new { decision_id }, Cancellation)));
    }

    [Fact]
    public async Task Queues_AfterAFlush_ComeBackFromTheLogs()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words", value: 2);
        await host.PostAsync("y", "words", value: 1);
        using var ana = host.Ana;
        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        await ReviewHost.SendAsync(ana, (string)claim["path"]! + "/decide", new { epoch = (long)claim["lease"]!["epoch"]!, verdict = "benign" }, Cancellation);

        await redis.Connection.GetDatabase().KeyDeleteAsync([.. redis.Keys(host.Prefix)]);

        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/queues", Cancellation)).Status == 200, Cancellation);
        var top = await ReviewHost.GetAsync(ana, "/queues/hate/top", Cancellation);
        Assert.Equal("y", (string?)Assert.Single(top.Body!.AsArray())!["id"]);
        Assert.Equal("decided", (string?)(await ReviewHost.GetAsync(ana, "/items/x", Cancellation)).Body!["item"]!["status"]);
    }

    [Fact]
    public async Task Records_ThatCannotBeRead_AreLeftOutAndStopNothing()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        foreach (var partition in Enumerable.Range(0, 3))
        {
            await host.Producer.ProduceAsync(new TopicPartition(host.Topics.Ranked, partition), new() { Key = "bad", Value = [0xff, 0xff, 0xff] }, Cancellation);
            await host.Producer.ProduceAsync(new TopicPartition(host.Topics.Decisions, partition), new() { Key = "bad", Value = null }, Cancellation);
        }

        await host.PostAsync("x", "words");
        using var ana = host.Ana;

        Assert.Equal("x", (string?)(await ReviewHost.ClaimAsync(ana, "hate", Cancellation))["id"]);
    }

    [Fact]
    public async Task Rebuild_OnDemand_ServesAnotherGenerationWithTheSameQueues()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        await host.PostAsync("x", "words", value: 2);
        await host.PostAsync("y", "words", value: 1);
        using var ana = host.Ana;
        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/queues/hate/top", Cancellation)).Body!.AsArray().Count == 1, Cancellation);
        var before = await host.Stage.Projection.ServedAsync();

        var served = await host.Stage.RebuildAsync(null, Cancellation);

        Assert.NotEqual(before, served);
        Assert.Equal(200, (await ReviewHost.SendAsync(ana, (string)claim["path"]! + "/heartbeat", new { epoch = (long)claim["lease"]!["epoch"]! }, Cancellation)).Status);
        Assert.Equal("y", (string?)Assert.Single((await ReviewHost.GetAsync(ana, "/queues/hate/top", Cancellation)).Body!.AsArray())!["id"]);
        await host.PostAsync("z", "words", value: 4);
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/queues/hate/top", Cancellation)).Body!.AsArray().Count == 2, Cancellation);
        Assert.DoesNotContain(redis.Keys(host.Prefix), key => ((string)key!).Contains($":g{before}:", StringComparison.Ordinal));
    }

    private static (int Status, string? Code) Code((int Status, System.Text.Json.Nodes.JsonNode? Body) answer) => (answer.Status, (string?)answer.Body?["code"]);
}
