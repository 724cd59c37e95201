using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Operation;
using Vigil.Pipeline.Operation.DeadLetters;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Pipeline.Tests.Operation;

public sealed class DeadLettersCommandTests
{
    private static readonly byte[] Garbage = [0xff, 0xfe, 0x01];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_ByReasonTimeAndLimit_ShowsWhatMatches()
    {
        await using var harness = await RejectedAsync(("a", Garbage), ("b", []), ("c", Garbage));

        Assert.Equal(3, (await ListAsync(harness)).GetProperty("matching").GetInt64());
        var empty = Assert.Single((await ListAsync(harness, "--reason", RejectReason.EmptyValue)).GetProperty("letters").EnumerateArray());
        Assert.Equal(("b", RejectReason.EmptyValue), (empty.GetProperty("id").GetString(), empty.GetProperty("reason").GetString()));
        Assert.Equal(3, (await ListAsync(harness, "--topic", harness.Clients.Topics.Content)).GetProperty("matching").GetInt64());
        Assert.Equal(0, (await ListAsync(harness, "--topic", harness.Clients.Topics.Bank)).GetProperty("matching").GetInt64());
        var newest = await ListAsync(harness, "--limit", "1");
        Assert.Equal((3, 1), (newest.GetProperty("matching").GetInt64(), newest.GetProperty("letters").GetArrayLength()));
        Assert.Equal(3, (await ListAsync(harness, "--since", "10m")).GetProperty("matching").GetInt64());
        Assert.Equal(0, (await ListAsync(harness, "--until", "10m")).GetProperty("matching").GetInt64());
        Assert.Equal(0, (await ListAsync(harness, "--since", "2099-01-01T00:00:00Z")).GetProperty("matching").GetInt64());
    }

    [Fact]
    public async Task Show_BySourceAndByPosition_NamesTheHeadersAndWritesTheBytesOnlyToAFile()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        var headers = new Headers { { WireHeaders.ContentType, "application/json"u8.ToArray() }, { "note", "secret words"u8.ToArray() } };
        var source = await harness.PublishAsync("a", "{ marked text"u8.ToArray(), headers);
        await harness.StatusOfAsync(1, Cancellation);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "value");

        var show = await CommandRun.AsJsonAsync(DeadLettersCommand.Create(), harness.Clients, "show", $"{source.Partition}:{source.Offset}", "--source", "--bytes", file);
        var position = show.GetProperty("letter").GetProperty("position").GetString()!;
        var text = await CommandRun.AsTextAsync(DeadLettersCommand.Create(), harness.Clients, "show", position);

        Assert.Equal("{ marked text", await File.ReadAllTextAsync(file, Cancellation));
        Assert.Equal(["content-type", "note"], show.GetProperty("headers").EnumerateArray().Select(header => header.GetProperty("name").GetString()));
        Assert.Contains("undecodable", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("marked text", show.GetRawText() + text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret words", show.GetRawText() + text.Output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CommandFailedException>(() => CommandRun.AsTextAsync(DeadLettersCommand.Create(), harness.Clients, "show", position, "--bytes", file));
        await Assert.ThrowsAsync<CommandFailedException>(() => CommandRun.AsTextAsync(DeadLettersCommand.Create(), harness.Clients, "show", "0:999999"));
    }

    [Fact]
    public async Task Replay_Twice_PublishesTheOriginalOnce()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        var own = new Headers { { WireHeaders.Reason, "mine"u8.ToArray() }, { "trace", "x"u8.ToArray() } };
        await harness.PublishAsync("a", Garbage, own);
        await harness.StatusOfAsync(1, Cancellation);

        var dry = await ReplayAsync(harness, "--all", "--dry-run");
        Assert.Equal((1, 1), (dry.GetProperty("replayed").GetInt32(), Content(harness).Count));
        var first = await ReplayAsync(harness, "--all");
        Assert.Equal(1, first.GetProperty("replayed").GetInt32());
        var letter = Assert.Single(first.GetProperty("letters").EnumerateArray()).GetProperty("position").GetString()!;

        var replayed = Content(harness).Single(record => record.Message.Headers.TryGetLastBytes(WireHeaders.Replayed, out _)).Message;
        Assert.Equal("a", Encoding.UTF8.GetString(replayed.Key!));
        Assert.Equal(Garbage, replayed.Value);
        Assert.Equal([WireHeaders.Reason, "trace", WireHeaders.Replayed], replayed.Headers.Select(header => header.Key));
        Assert.Equal(letter, Encoding.UTF8.GetString(replayed.Headers.GetLastBytes(WireHeaders.Replayed)));

        var again = await ReplayAsync(harness, "--position", letter);
        Assert.Equal((0, "replayed before"), (again.GetProperty("replayed").GetInt32(), again.GetProperty("letters")[0].GetProperty("outcome").GetString()));
        Assert.Equal(2, Content(harness).Count);

        // Rejected once more, it is a dead letter of its own: that one may be replayed, the first still not.
        await harness.StatusOfAsync(2, Cancellation);
        var (_, told) = await CommandRun.AsTextAsync(DeadLettersCommand.Create(), harness.Clients, "replay", "--all");
        Assert.Contains("1 replayed, 1 skipped", told, StringComparison.Ordinal);
        Assert.Contains("1 of them came back from an earlier replay", told, StringComparison.Ordinal);
        Assert.Single(Content(harness)[^1].Message.Headers, header => header.Key == WireHeaders.Replayed);
    }

    [Fact]
    public async Task Replay_OfAnIdPublishedAgainSince_SkipsItAndReplaysTheOthers()
    {
        await using var harness = await RejectedAsync(("a", Garbage), ("b", Garbage));
        await harness.PublishAsync("a", "a quiet day");
        await harness.StatusOfAsync(3, Cancellation);

        var replay = await ReplayAsync(harness, "--reason", RejectReason.Undecodable);

        var outcomes = replay.GetProperty("letters").EnumerateArray().ToDictionary(one => one.GetProperty("id").GetString()!, one => one.GetProperty("outcome").GetString());
        Assert.Equal(("published again since", "replayed"), (outcomes["a"], outcomes["b"]));
    }

    [Fact]
    public async Task Replay_ByTopic_TakesWhatWasRejectedFromIt()
    {
        await using var harness = await RejectedAsync(("a", Garbage));

        Assert.Equal(0, (await ReplayAsync(harness, "--topic", harness.Clients.Topics.Bank)).GetProperty("replayed").GetInt32());
        Assert.Equal(1, (await ReplayAsync(harness, "--topic", harness.Clients.Topics.Content)).GetProperty("replayed").GetInt32());
    }

    [Fact]
    public async Task Replay_OfAnOlderAndANewerLetterOfOneId_ReplaysTheNewer()
    {
        await using var harness = await RejectedAsync(("a", Garbage), ("a", []));

        var replay = await ReplayAsync(harness, "--all");

        var outcomes = replay.GetProperty("letters").EnumerateArray().ToDictionary(one => one.GetProperty("reason").GetString()!, one => one.GetProperty("outcome").GetString());
        Assert.Equal(("published again since", "replayed"), (outcomes[RejectReason.Undecodable], outcomes[RejectReason.EmptyValue]));
    }

    [Fact]
    public async Task Replay_OfALetterThatAStrangersHeaderNames_IsNotPrevented()
    {
        await using var harness = await RejectedAsync(("a", Garbage));
        var letter = (await ListAsync(harness)).GetProperty("letters")[0].GetProperty("position").GetString()!;
        await harness.PublishAsync("b", "another text"u8.ToArray(), new Headers { { WireHeaders.Replayed, Encoding.ASCII.GetBytes(letter) } });

        var replay = await ReplayAsync(harness, "--position", letter);

        Assert.Equal(1, replay.GetProperty("replayed").GetInt32());
    }

    [Fact]
    public async Task Commit_ByAProcessThatWasFenced_WritesNothing()
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var first = new FencedProducer(harness.Clients, DeadLetterReplay.ProducerName);
        using var second = new FencedProducer(harness.Clients, DeadLetterReplay.ProducerName);

        var fault = Assert.Throws<CommandFailedException>(() => first.Commit([(harness.Clients.Topics.Content, new() { Key = "a"u8.ToArray(), Value = Garbage })]));

        Assert.Contains("taken over", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Content(harness));
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("replay", "--dry-run")]
    [InlineData("replay", "--all", "--position", "12")]
    [InlineData("list", "--since", "yesterday")]
    [InlineData("list", "--since", "3")]
    [InlineData("list", "--limit", "0")]
    [InlineData("show", "1-2")]
    [InlineData("show")]
    public void Parse_WrongUsage_IsAnError(params string[] args) => Assert.NotEmpty(UsageErrors.Of(DeadLettersCommand.Create().Parse(args)));

    [Fact]
    public void Parse_OfTimesAndAges_IsAMoment()
    {
        var now = new DateTimeOffset(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(now.AddMinutes(-90), MomentOption.Parse("90m", now));
        Assert.Equal(now.AddDays(-2), MomentOption.Parse("2d", now));
        Assert.Equal(now.AddHours(2), MomentOption.Parse("2026-11-29T15:00:00+01:00", now));
        Assert.Equal(now.AddHours(-12), MomentOption.Parse("2026-11-29", now));
        Assert.Null(MomentOption.Parse("-5m", now));
    }

    private static async Task<WorkerHarness> RejectedAsync(params (string Id, byte[] Value)[] records)
    {
        var harness = await WorkerHarness.StartAsync();
        await harness.StartWorkerAsync("w");
        foreach (var (id, value) in records)
        {
            await harness.PublishAsync(id, value);
        }

        await harness.StatusOfAsync(records.Length, Cancellation);
        return harness;
    }

    private static List<ConsumeResult<byte[]?, byte[]?>> Content(WorkerHarness harness) =>
        [.. TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Content).OrderBy(record => record.Offset.Value)];

    private static Task<JsonElement> ListAsync(WorkerHarness harness, params string[] args) => CommandRun.AsJsonAsync(DeadLettersCommand.Create(), harness.Clients, ["list", .. args]);

    private static Task<JsonElement> ReplayAsync(WorkerHarness harness, params string[] args) => CommandRun.AsJsonAsync(DeadLettersCommand.Create(), harness.Clients, ["replay", .. args]);
}
