using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Operation.Erasure;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Pipeline.Tests.Operation;

public sealed class EraseCommandTests
{
    private const string Marked = "marked words of a post";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Erase_OfAWaitingItem_LeavesNoTextInRedisAndTheLogWithdrawsIt()
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var folder = new TemporaryFolder();
        var (child, url) = await RedisChild.StartAsync(folder.Below("redis"), Cancellation);
        await using var running = child;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(url["redis://".Length..]);
        await RankAsync(harness, "post-1", Disposition.Queued, 1);
        await RankAsync(harness, "post-2", Disposition.Queued, 2);
        await QueueAsync(harness, url, "rebuild");
        Assert.Equal(2, Snippets(redis));

        var erased = await CommandRun.AsJsonAsync(EraseCommand.Create(), harness.Clients, "post-1", "--scan", "--set", $"Redis:Url={url}");

        Assert.Equal(1, Snippets(redis));
        Assert.Equal(1, erased.GetProperty("redis").GetProperty("snippetsRemoved").GetInt32());
        Assert.DoesNotContain("post-1", await QueueAsync(harness, url, "top", "hate"), StringComparison.Ordinal);
        Assert.Contains("post-2", await QueueAsync(harness, url, "top", "hate"), StringComparison.Ordinal);
        var deletion = Assert.Single(TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Content));
        Assert.Equal(("post-1", null), (Encoding.UTF8.GetString(deletion.Message.Key!), deletion.Message.Value));
        var topics = erased.GetProperty("topics").EnumerateArray().ToDictionary(topic => topic.GetProperty("topic").GetString()!);
        Assert.Equal((1, 1, 0), (Records(harness.Clients.Topics.Content), Records(harness.Clients.Topics.Ranked), Records(harness.Clients.Topics.Decisions)));
        var until = topics[harness.Clients.Topics.Ranked].GetProperty("until").GetDateTimeOffset() - TimeProvider.System.GetUtcNow();
        Assert.InRange(until.TotalDays, 29.9, 45);

        // The worker writes what follows from the deletion; a rebuild from the whole log then brings no text back either.
        await RankAsync(harness, "post-1", Disposition.Withdrawn, 3);
        await QueueAsync(harness, url, "rebuild");
        Assert.Equal(1, Snippets(redis));

        int Records(string topic) => topics[topic].GetProperty("records").GetInt32();
    }

    [Fact]
    public async Task Erase_OfWhatTheBankWasTaught_RemovesThoseEntriesAndNoOthers()
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var folder = new TemporaryFolder();
        var (child, url) = await RedisChild.StartAsync(folder.Below("redis"), Cancellation);
        await using var running = child;
        using (var publisher = new BankPublisher(harness.Clients))
        {
            foreach (var (id, source) in new[] { ("a", "post-1"), ("b", "content:post-1"), ("c", "post-11"), ("d", "") })
            {
                var entry = new BankEntry { Id = id, Side = Side.Violation, Part = new() { Text = "mild" }, Source = source };
                entry.Policies.Add("hate");
                await publisher.AddAsync(entry, new() { State = BankState.Types.State.Live }, Cancellation);
            }
        }

        string[] args = ["post-1", "--set", $"Redis:Url={url}"];
        var dry = await CommandRun.AsJsonAsync(EraseCommand.Create(), harness.Clients, [.. args, "--dry-run"]);
        Assert.Empty(TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Content));
        var erased = await CommandRun.AsJsonAsync(EraseCommand.Create(), harness.Clients, [.. args, "--scan"]);

        Assert.Equal(["a", "b"], dry.GetProperty("bankEntriesRemoved").EnumerateArray().Select(entry => entry.GetString()));
        Assert.Equal(["a", "b"], erased.GetProperty("bankEntriesRemoved").EnumerateArray().Select(entry => entry.GetString()));
        var removed = TopicContents.ReadAll(harness.Bootstrap, harness.Clients.Topics.Bank).Where(record => record.Message.Value is null).Select(record => Encoding.UTF8.GetString(record.Message.Key!));
        // The entry before its state: without a state it would be inert, without an entry its state matches nothing.
        Assert.Equal(["a", "a#state", "b", "b#state"], removed);
        Assert.Empty(BankEntries.From(harness.Clients, "post-1", Cancellation));

        // Until the topic is compacted, what was added stands there.
        var bank = erased.GetProperty("topics").EnumerateArray().Single(topic => topic.GetProperty("topic").GetString() == harness.Clients.Topics.Bank);
        Assert.Equal(2, bank.GetProperty("records").GetInt32());
        Assert.True(bank.GetProperty("compacted").GetBoolean());
    }

    [Fact]
    public async Task Erase_OfAnIdThatNobodyKnows_SaysSoAndNamesNoTopicOfTheBank()
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var folder = new TemporaryFolder();
        var (child, url) = await RedisChild.StartAsync(folder.Below("redis"), Cancellation);
        await using var running = child;

        var (_, told) = await CommandRun.AsTextAsync(EraseCommand.Create(), harness.Clients, "pots-1", "--set", $"Redis:Url={url}");

        Assert.Contains("nothing was known of this id", told, StringComparison.Ordinal);
        Assert.DoesNotContain(harness.Clients.Topics.BankIndex, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--scan")]
    public void Parse_WithoutAnId_IsAnError(string argument) => Assert.NotEmpty(UsageErrors.Of(EraseCommand.Create().Parse([argument])));

    private static async Task RankAsync(WorkerHarness harness, string id, Disposition disposition, long offset)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var item = new RankedItem
        {
            ContentId = id,
            Disposition = disposition,
            Queue = disposition == Disposition.Queued ? "hate" : "",
            Value = 1,
            Snippet = disposition == Disposition.Queued ? Marked : "",
            Version = new() { Revision = disposition == Disposition.Queued ? 1 : 0 },
            Source = new() { TopicId = "t", Offset = offset, TimeMs = now + offset },
        };
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = harness.Bootstrap }).Build();
        await producer.ProduceAsync(harness.Clients.Topics.Ranked, new() { Key = id, Value = item.ToByteArray() }, Cancellation);
    }

    /// <summary>Packed ranked records in Redis, whatever the generation: what holds snippets.</summary>
    private static int Snippets(ConnectionMultiplexer redis)
    {
        const string script = """
            local found = 0
            for _, key in ipairs(redis.call('KEYS', '*')) do
              if redis.call('TYPE', key).ok == 'hash' then
                for _, field in ipairs(redis.call('HKEYS', key)) do if field:sub(1, 2) == 'p:' then found = found + 1 end end
              end
            end
            return found
            """;
        return (int)redis.GetDatabase().ScriptEvaluate(script);
    }

    private static async Task<string> QueueAsync(WorkerHarness harness, string url, params string[] args)
    {
        var start = new System.Diagnostics.ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vigil"), ["queue", .. args, "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KAFKA_BOOTSTRAP"] = harness.Bootstrap, ["REDIS_URL"] = url, ["VIGIL__KAFKA__PREFIX"] = harness.Clients.Options.Prefix },
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == ExitCode.Done, await errors);
        return output;
    }
}
