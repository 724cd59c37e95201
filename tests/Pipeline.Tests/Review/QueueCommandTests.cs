using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Tests.Review;

/// <summary><c>vigil queue</c> as a process, as an engineer runs it.</summary>
public sealed class QueueCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_OverItsLife_BuildsListsAndSaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        var (broker, bootstrap) = await BrokerChild.StartAsync(folder.Below("broker"), Cancellation);
        await using var brokerRunning = broker;
        var (redis, url) = await RedisChild.StartAsync(folder.Below("redis"), Cancellation);
        await using var redisRunning = redis;

        Assert.Equal(ExitCode.Failed, (await RunAsync(bootstrap, url, "queue", "list")).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync(bootstrap, url, "topics", "apply", "--json")).Code);
        var rebuilt = await RunAsync(bootstrap, url, "queue", "rebuild", "--json");
        Assert.Equal(ExitCode.Done, rebuilt.Code);
        Assert.NotEmpty(JsonDocument.Parse(rebuilt.Output).RootElement.GetProperty("generation").GetString()!);

        Assert.Equal(ExitCode.Usage, (await RunAsync(bootstrap, url, "queue", "rebuild", "--set", "Review:HalfLifeHours=0")).Code);
        var list = await RunAsync(bootstrap, url, "queue", "list", "--json");
        Assert.Equal((ExitCode.Done, 0), (list.Code, JsonDocument.Parse(list.Output).RootElement.GetArrayLength()));
        var unknown = await RunAsync(bootstrap, url, "queue", "show", "nobody");
        Assert.Equal((ExitCode.Failed, ""), (unknown.Code, unknown.Output));
        Assert.Contains("Nothing is known", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await RunAsync(bootstrap, url, "queue", "top", "hate", "--count", "0")).Code);
        var mistyped = await RunAsync(bootstrap, url, "queue", "top", "nope");
        Assert.Equal((ExitCode.Failed, ""), (mistyped.Code, mistyped.Output));
        Assert.Contains("Known: appeals, audit, escalation", mistyped.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unreachable, (await RunAsync(bootstrap, "redis://127.0.0.1:1", "queue", "list")).Code);
    }

    [Fact]
    public async Task Queue_OfAnIdATerminalWouldObey_ShowsItsCharactersAsSigns()
    {
        using var folder = new TemporaryFolder();
        var (broker, bootstrap) = await BrokerChild.StartAsync(folder.Below("broker"), Cancellation);
        await using var brokerRunning = broker;
        var (redis, url) = await RedisChild.StartAsync(folder.Below("redis"), Cancellation);
        await using var redisRunning = redis;
        Assert.Equal(ExitCode.Done, (await RunAsync(bootstrap, url, "topics", "apply", "--json")).Code);
        const string id = "clear\u001b[2Jleft\u202eright";
        using (var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = bootstrap }).Build())
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var item = new RankedItem { ContentId = id, Disposition = Disposition.Queued, Queue = "hate", Value = 1, Version = new() { Revision = 1 }, Source = new() { TopicId = "t", TimeMs = now } };
            await producer.ProduceAsync("vigil.ranked", new() { Key = id, Value = item.ToByteArray() }, Cancellation);
        }

        var rebuilt = await RunAsync(bootstrap, url, "queue", "rebuild");
        var top = await RunAsync(bootstrap, url, "queue", "top", "hate");
        var show = await RunAsync(bootstrap, url, "queue", "show", id);

        Assert.Contains("rebuilding: ", rebuilt.Errors, StringComparison.Ordinal);
        Assert.Contains("<U+001B>", top.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 1", show.Output, StringComparison.Ordinal);
        Assert.Contains("no policy at its threshold", show.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(top.Output + show.Output, character => character is '\u001b' or '\u202e');
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string bootstrap, string redis, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vigil"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KAFKA_BOOTSTRAP"] = bootstrap, ["REDIS_URL"] = redis, ["VIGIL__REDIS__CONNECTSECONDS"] = "2" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, (await output).Trim(), await errors);
    }
}
