using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Operation.Doctor;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Pipeline.Tests.Operation;

/// <summary><c>vigil doctor</c> as a process, as somebody with a new machine runs it.</summary>
public sealed class DoctorCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Doctor_OverAnInstallation_NamesEachLackWithItsFixAndFailsOnlyForWhatIsNeeded()
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var folder = new TemporaryFolder();
        var (child, url) = await RedisChild.StartAsync(folder.Below("redis"), Cancellation);
        await using var running = child;

        var (code, healthy) = await RunAsync(harness.Bootstrap, url, harness.Clients.Options.Prefix);
        Assert.DoesNotContain(healthy, finding => finding.Value.Health == "WRONG");
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("ok", healthy[$"topic {harness.Clients.Topics.Content}"].Health);
        Assert.Contains("runs on Cpu", healthy["inference"].Found, StringComparison.Ordinal);
        Assert.StartsWith("1.", healthy["ONNX Runtime"].Found, StringComparison.Ordinal);
        Assert.Equal(("ok", "ok"), (healthy["Redis"].Health, healthy["Redis memory"].Health));

        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{url["redis://".Length..]},allowAdmin=true");
        var server = redis.GetServer(redis.GetEndPoints()[0]);
        await server.ConfigSetAsync("maxmemory", "1");
        var (_, full) = await RunAsync(harness.Bootstrap, url, harness.Clients.Options.Prefix);
        Assert.Equal("WRONG", full["Redis memory"].Health);
        await server.ConfigSetAsync("maxmemory", "0");
        await server.ConfigSetAsync("maxmemory-policy", "allkeys-lru");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (code, var sick) = await RunAsync(harness.Bootstrap, url, "empty.", $"http://127.0.0.1:{port}");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(("WRONG", "vigil topics apply"), (sick["topic empty.content"].Health, sick["topic empty.content"].Fix));
        Assert.Equal("WRONG", sick["Redis"].Health);
        Assert.Contains("noeviction", sick["Redis"].Fix, StringComparison.Ordinal);
        Assert.Equal("WRONG", sick[$"HTTP http://127.0.0.1:{port}"].Health);
    }

    [Fact]
    public async Task Doctor_WithNothingNamed_IsNoFault_AndNamedButUnreachableIsOne()
    {
        var (code, findings) = await RunAsync(null, null, "vigil.");
        Assert.Equal((ExitCode.Done, "note", "note"), (code, findings["Kafka"].Health, findings["Redis"].Health));
        Assert.Contains("KAFKA_BOOTSTRAP", findings["Kafka"].Fix, StringComparison.Ordinal);

        (code, findings) = await RunAsync("127.0.0.1:1", "redis://127.0.0.1:1", "vigil.", patience: 2);
        Assert.Equal((ExitCode.Failed, "WRONG", "WRONG"), (code, findings["Kafka"].Health, findings["Redis"].Health));
    }

    [Fact]
    public void Models_WithAFileChanged_AreWrongWithTheirName()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path.Combine(VigilHome.Models, "ranker")))
        {
            Directory.CreateDirectory(folder.Below("ranker"));
            File.Copy(file, Path.Combine(folder.Below("ranker"), Path.GetFileName(file)));
        }

        var finding = Assert.Single(ModelChecks.Models(folder.Path));
        // Complete, but beside no encoder that it was made with.
        Assert.Equal(("model ranker", Health.Wrong), (finding.Area, finding.Health));
        Assert.Contains("which is not here", finding.Found, StringComparison.Ordinal);
        Assert.Equal(Health.Wrong, Assert.Single(ModelChecks.Models(Path.Combine(folder.Path, "nowhere"))).Health);
    }

    [Fact]
    public void Policies_ThatCannotBeRead_AreWrong() => Assert.Equal(Health.Wrong, ModelChecks.Policies("/nowhere").First().Health);

    [Fact]
    public void Faiss_ThatDoesNotLoad_IsANoteWithItsFix()
    {
        var finding = MachineChecks.Faiss("no such file", "");
        Assert.Equal(Health.Note, finding.Health);
        Assert.Contains("libfaiss-dev", finding.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void LightGbm_ThatDoesNotLoad_IsANoteSinceOnlyTrainingNeedsIt()
    {
        var finding = MachineChecks.LightGbm(loads: false);
        Assert.Equal(Health.Note, finding.Health);
        Assert.Contains("libgomp1", finding.Fix, StringComparison.Ordinal);
        Assert.Equal(Health.Ok, MachineChecks.LightGbm(loads: true).Health);
    }

    [Fact]
    public void Redis_WithoutAppendOnlyFile_IsANote_AndAnOldOneIsWrong()
    {
        var info = new Dictionary<string, string> { ["redis_version"] = "7.0.15", ["aof_enabled"] = "0", ["maxmemory_policy"] = "noeviction" };
        Assert.Equal([Health.Ok, Health.Ok, Health.Note], RedisChecks.Of(info).Select(finding => finding.Health));
        info["redis_version"] = "5.0.1";
        info["aof_enabled"] = "1";
        Assert.Equal([Health.Wrong, Health.Ok, Health.Ok], RedisChecks.Of(info).Select(finding => finding.Health));
    }

    [Theory]
    [InlineData("0", Health.Ok)]
    [InlineData("1001", Health.Ok)]
    [InlineData("1000", Health.Note)]
    [InlineData("901", Health.Note)]
    [InlineData("900", Health.Wrong)]
    [InlineData("1", Health.Wrong)]
    public void Redis_NearItsLimitOrFull_IsALackWithItsFix(string limit, object health)
    {
        var info = new Dictionary<string, string> { ["redis_version"] = "7.0.15", ["used_memory"] = "900", ["maxmemory"] = limit };

        var memory = RedisChecks.Of(info).Single(finding => finding.Area == "Redis memory");

        Assert.Equal(((Health)health, (Health)health != Health.Ok), (memory.Health, memory.Fix.Contains("raise maxmemory", StringComparison.Ordinal)));
    }

    [Fact]
    public void Program_ThatIsNotThere_IsANoteWithItsFix()
    {
        Assert.Equal((Health.Note, "apt-get install x"), (MachineChecks.Program("x", "no-such-program", "apt-get install x").Health, MachineChecks.Program("x", "no-such-program", "apt-get install x").Fix));
        Assert.Equal(Health.Ok, MachineChecks.Program("sh", "sh", "").Health);
    }

    private static async Task<(int Code, Dictionary<string, (string Health, string Found, string? Fix)> Findings)> RunAsync(string? bootstrap, string? redis, string prefix, string urls = "http://127.0.0.1:0", int patience = 15)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "vigil"), ["doctor", "--json", "--set", $"Kafka:Prefix={prefix}", "--set", $"Http:Urls={urls}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KAFKA_BOOTSTRAP"] = bootstrap ?? "", ["REDIS_URL"] = redis ?? "", ["VIGIL__REDIS__CONNECTSECONDS"] = $"{patience}", ["VIGIL__KAFKA__CONNECTSECONDS"] = $"{patience}" },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(output.Length > 0, await errors);
        using var document = JsonDocument.Parse(output);
        return (process.ExitCode, document.RootElement.GetProperty("findings").EnumerateArray().ToDictionary(
            finding => finding.GetProperty("area").GetString()!,
            finding => (finding.GetProperty("health").GetString()!, finding.GetProperty("found").GetString()!, finding.TryGetProperty("fix", out var fix) ? fix.GetString() : null)));
    }
}
