using System.Diagnostics;
using System.Text.Json;

namespace Vigil.Pipeline.Tests.Deploy;

/// <summary>Alert rules, their own tests and the compose file, by the programs that read them in production.</summary>
public sealed class DeployFilesTests
{
    private static readonly string Deploy = Path.Combine(Repository.Root, "deploy");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("check", "rules", "vigil.rules.yml")]
    [InlineData("test", "rules", "vigil.tests.yml")]
    public Task Alerts_ByPromtool_AreRight(params string[] arguments) => PassesAsync("/usr/bin/promtool", arguments, Path.Combine(Deploy, "alerts"));

    [Fact]
    public Task Prometheus_ItsSettings_AreRight() => PassesAsync("/usr/bin/promtool", ["check", "config", "--syntax-only", "prometheus.yml"], Path.Combine(Deploy, "prometheus"));

    [Fact]
    public Task Compose_ItsFile_IsRight() => PassesAsync("/usr/bin/docker-compose", ["config", "--quiet"], Repository.Root);

    [Fact]
    public void Alerts_Each_HasItsParagraphInTheReadme()
    {
        var readme = File.ReadAllText(Path.Combine(Deploy, "README.md"));
        var alerts = File.ReadLines(Path.Combine(Deploy, "alerts", "vigil.rules.yml"))
            .Where(line => line.Contains("- alert: ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim())
            .ToList();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Contains($"**{alert}**", readme, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("worker.json")]
    [InlineData("review.json")]
    public void Dashboard_ItsFile_IsJsonWithPanels(string file)
    {
        using var board = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Deploy, "grafana", "dashboards", file)));

        Assert.NotEqual(0, board.RootElement.GetProperty("panels").GetArrayLength());
    }

    private static async Task PassesAsync(string program, string[] arguments, string folder)
    {
        if (!File.Exists(program))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{program} is missing");
            Assert.Skip($"{program} is not installed (Debian's packages prometheus and docker-compose)");
        }

        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var error = process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);

        Assert.True(process.ExitCode == 0, await output + await error);
    }
}
