using System.Diagnostics;

namespace Vigil.Pipeline.Demo;

/// <summary>A demo that cannot go on, or was asked for what cannot be: it says so, once, and ends with a code that tells.</summary>
public sealed class DemoFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Demo_BrokerDiesWhileServing_EndsWithItsNameAndCode1()
    {
        using var demo = new DemoProcess(["--keep", "--limit", "20"]);
        await demo.LineAsync("Serving until Ctrl-C", Token);

        using var kill = Process.Start("/bin/sh", ["-c", $"kill -KILL $(pgrep -P {demo.Id} -f 'broker --port')"]);
        await demo.EndAsync(Token);

        Assert.Equal(ExitCode.Failed, demo.ExitCode);
        Assert.Contains(demo.Lines, line => line.StartsWith("vigil: The embedded vigil broker ended", StringComparison.Ordinal));
        Assert.InRange(demo.Lines.Count(line => line.Contains("refused", StringComparison.OrdinalIgnoreCase)), 0, 40);
        Assert.Empty(demo.Left);
    }

    [Fact]
    public async Task Demo_BothNamedServicesDown_NamesBoth()
    {
        using var demo = new DemoProcess(["--exit", "--limit", "1"], KeyValuePair.Create("KAFKA_BOOTSTRAP", "127.0.0.1:1"), KeyValuePair.Create("REDIS_URL", "redis://nohost.invalid:6379"));
        await demo.EndAsync(Token);

        Assert.Equal(ExitCode.Unreachable, demo.ExitCode);
        Assert.Contains(demo.Lines, line => line.StartsWith("vigil: Kafka at 127.0.0.1:1 ", StringComparison.Ordinal));
        Assert.Contains(demo.Lines, line => line.StartsWith("vigil: Redis at nohost.invalid:6379 ", StringComparison.Ordinal));
        Assert.DoesNotContain(demo.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
    }
}
