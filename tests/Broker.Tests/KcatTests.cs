using System.ComponentModel;
using System.Diagnostics;

namespace Vigil.Broker.Tests;

/// <summary>A client that we did not build against: Debian's kcat.</summary>
public sealed class KcatTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kcat_ProducesAndConsumes_WithKeysAndHeaders()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { AutoCreateTopics = true });

        var produced = await KcatAsync(broker.Bootstrap, "first:one\nsecond:two\n", "-P", "-t", "kcat", "-K:", "-H", "origin=test");
        var consumed = await KcatAsync(broker.Bootstrap, "", "-C", "-t", "kcat", "-e", "-q", "-f", "%o %k %s %h\\n");

        Assert.Equal("", produced);
        Assert.Equal("0 first one origin=test\n1 second two origin=test\n", consumed);
    }

    private static async Task<string> KcatAsync(string bootstrap, string input, params string[] arguments)
    {
        try
        {
            using var kcat = Process.Start(new ProcessStartInfo("kcat", ["-b", bootstrap, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await kcat.StandardInput.WriteAsync(input);
            kcat.StandardInput.Close();
            var output = kcat.StandardOutput.ReadToEndAsync(Cancellation);
            var errors = await kcat.StandardError.ReadToEndAsync(Cancellation);
            await kcat.WaitForExitAsync(Cancellation);
            Assert.True(kcat.ExitCode == 0, errors);
            return await output;
        }
        catch (Win32Exception)
        {
            Requirement.Missing("kcat is not installed (apt-get install kcat).");
            return "";
        }
    }
}
