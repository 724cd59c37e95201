using System.Diagnostics;

namespace Vigil.Pipeline.Demo;

/// <summary>The real program, with a broker, Redis and roles of its own.</summary>
public sealed class DemoProcessTests
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(40);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("vigil demo: Kafka", "--exit")]
    [InlineData("Serving until Ctrl-C", "--keep")]
    public async Task Demo_Interrupted_LeavesNoProcessAndNoFolder(string when, string option)
    {
        using var demo = new DemoProcess([option, "--limit", "40"]);
        await demo.LineAsync(when, Token);
        var children = ChildrenOf(demo.Id);
        Assert.Equal(2, children.Count);

        using var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {demo.Id}"]);
        await demo.EndAsync(Token).WaitAsync(StopTime, Token);

        Assert.All(children, child => Assert.False(IsAlive(child)));
        Assert.Empty(demo.Left);
    }

    [Fact]
    public async Task Demo_Exit_BalancesAndEndsWell()
    {
        using var demo = new DemoProcess(["--exit", "--limit", "300"]);
        await demo.EndAsync(Token);

        Assert.Equal(0, demo.ExitCode);
        Assert.Contains("  The account balances: every record has exactly one disposition.", demo.Lines);
        Assert.Contains("Expected outcomes: 300 of 300 records ended as they must", demo.Lines);
        Assert.Empty(demo.Left);
    }

    [Theory]
    [InlineData("KAFKA_BOOTSTRAP", "127.0.0.1:1")]
    [InlineData("REDIS_URL", "redis://127.0.0.1:1")]
    public async Task Demo_NamedServiceUnreachable_SaysSoAndExitsWith3(string variable, string address)
    {
        using var demo = new DemoProcess(["--exit", "--limit", "1"], KeyValuePair.Create(variable, address));
        await demo.EndAsync(Token);

        Assert.Equal(ExitCode.Unreachable, demo.ExitCode);
        Assert.Contains(demo.Lines, line => line.Contains("127.0.0.1:1", StringComparison.Ordinal) && line.Contains(variable, StringComparison.Ordinal));
        Assert.Empty(demo.Left);
    }

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
