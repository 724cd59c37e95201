using System.Diagnostics;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Demo;

/// <summary>The real program, with a broker, Redis and roles of its own.</summary>
public sealed class DemoProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(40);

    private readonly TemporaryFolder _temporary = new();
    private readonly List<string> _lines = [];
    private Process? _demo;

    [Theory]
    [InlineData("vigil demo: Kafka", "--exit")]
    [InlineData("Serving until Ctrl-C", "--keep")]
    public async Task Demo_Interrupted_LeavesNoProcessAndNoFolder(string when, string option)
    {
        var demo = Start([option, "--limit", "40"], []);
        await LineAsync(demo, when);
        var children = ChildrenOf(demo.Id);
        Assert.Equal(2, children.Count);

        using var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {demo.Id}"]);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(StopTime, TestContext.Current.CancellationToken);

        Assert.All(children, child => Assert.False(IsAlive(child)));
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Demo_Exit_BalancesAndEndsWell()
    {
        var demo = Start(["--exit", "--limit", "300"], []);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(0, demo.ExitCode);
        Assert.Contains("  The account balances: every record has exactly one disposition.", Lines());
        Assert.Contains("Expected outcomes: 300 of 300 records ended as they must", Lines());
        Assert.Empty(Left());
    }

    [Theory]
    [InlineData("KAFKA_BOOTSTRAP", "127.0.0.1:1")]
    [InlineData("REDIS_URL", "redis://127.0.0.1:1")]
    public async Task Demo_NamedServiceUnreachable_SaysSoAndExitsWith3(string variable, string address)
    {
        var demo = Start(["--exit", "--limit", "1"], [KeyValuePair.Create(variable, address)]);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Unreachable, demo.ExitCode);
        Assert.Contains(Lines(), line => line.Contains("127.0.0.1:1", StringComparison.Ordinal) && line.Contains(variable, StringComparison.Ordinal));
        Assert.Empty(Left());
    }

    public void Dispose()
    {
        // A test that fails must not leave its demo behind.
        if (_demo is { HasExited: false })
        {
            _demo.Kill(entireProcessTree: true);
        }

        _demo?.Dispose();
        _temporary.Dispose();
    }

    private Process Start(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-server"), "redis-server is not installed");
        // env execs: where the tests run in the background of a shell, SIGINT would be inherited as ignored.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "vigil"), "demo", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove(DemoServices.KafkaVariable);
        start.Environment.Remove(DemoServices.RedisVariable);
        start.Environment["TMPDIR"] = _temporary.Path;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var demo = _demo = new Process { StartInfo = start };
        demo.OutputDataReceived += (_, line) => Keep(line.Data);
        demo.ErrorDataReceived += (_, line) => Keep(line.Data);
        demo.Start();
        demo.BeginOutputReadLine();
        demo.BeginErrorReadLine();
        return demo;
    }

    private async Task LineAsync(Process demo, string begin)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!Lines().Any(line => line.StartsWith(begin, StringComparison.Ordinal)))
        {
            Assert.False(demo.HasExited, string.Join('\n', Lines()));
            await Task.Delay(50, patience.Token);
        }
    }

    private void Keep(string? line)
    {
        lock (_lines)
        {
            _lines.Add(line ?? "");
        }
    }

    private List<string> Lines()
    {
        lock (_lines)
        {
            return [.. _lines];
        }
    }

    // The runtime's own diagnostics sockets aside, which end with the process.
    private IEnumerable<string> Left() => Directory.EnumerateFileSystemEntries(_temporary.Path).Where(entry => !Path.GetFileName(entry).StartsWith("clr-debug-pipe", StringComparison.Ordinal) && !Path.GetFileName(entry).StartsWith("dotnet-diagnostic", StringComparison.Ordinal));

    // The fourth field of /proc/PID/stat, after a name in parentheses, is the parent.
    private static List<int> ChildrenOf(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && Stat(id) is { } stat && stat.Length > 1 && stat[1] == $"{parent}"),
    ];

    private static bool IsAlive(int id) => Stat(id) is { } stat && stat[0] != "Z";

    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
