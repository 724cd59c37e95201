using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Telemetry;

namespace Vigil.Pipeline.Tests.Telemetry;

public sealed class ReadinessLogTests : IDisposable
{
    private readonly RecordedLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Publish_SameStateAgainAndAgain_IsSaidOnce()
    {
        var log = new ReadinessLog(_logs.CreateLogger<ReadinessLog>());
        foreach (var status in new[] { HealthStatus.Unhealthy, HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Unhealthy, HealthStatus.Degraded })
        {
            await log.PublishAsync(Report(status), TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [(LogLevel.Information, "Not ready: worker: why"), (LogLevel.Information, "Ready"), (LogLevel.Warning, "Not ready: worker: why"), (LogLevel.Warning, "Degraded: worker: why")],
            _logs.Lines);
    }

    [Fact]
    public async Task Host_CheckThatFailsOnEveryProbe_IsNotLoggedByTheFramework()
    {
        await using var app = VigilHost.Build(Role.Bank, [new("Kafka:Bootstrap", "127.0.0.1:1")]);

        var checks = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService");

        Assert.False(checks.IsEnabled(LogLevel.Error));
    }

    private static HealthReport Report(HealthStatus status) =>
        new(new Dictionary<string, HealthReportEntry> { ["worker"] = new(status, "why", TimeSpan.Zero, null, null) }, TimeSpan.Zero);
}
