using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Vigil.Pipeline.Telemetry;

/// <summary>
/// Says when readiness changes and why, once each time: a probe that asks every second must not fill the log. What is not
/// ready yet is no alarm; what was ready and no longer is, is one.
/// </summary>
internal sealed partial class ReadinessLog(ILogger<ReadinessLog> log) : IHealthCheckPublisher
{
    private (HealthStatus Status, string Why)? _last;
    private bool _wasReady;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var why = string.Join("; ", report.Entries
            .Where(entry => entry.Value.Status != HealthStatus.Healthy)
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => $"{entry.Key}: {entry.Value.Description}"));
        if (_last != (report.Status, why))
        {
            _last = (report.Status, why);
            Say(report.Status, why);
        }

        return Task.CompletedTask;
    }

    private void Say(HealthStatus status, string why)
    {
        switch (status)
        {
            case HealthStatus.Healthy:
                Ready(log);
                break;
            case HealthStatus.Degraded:
                Degraded(log, why);
                break;
            default:
                NotReady(log, _wasReady ? LogLevel.Warning : LogLevel.Information, why);
                break;
        }

        _wasReady |= status != HealthStatus.Unhealthy;
    }

    [LoggerMessage(1, LogLevel.Information, "Ready")]
    private static partial void Ready(ILogger log);

    [LoggerMessage(2, LogLevel.Warning, "Degraded: {Why}")]
    private static partial void Degraded(ILogger log, string why);

    [LoggerMessage(EventId = 3, Message = "Not ready: {Why}")]
    private static partial void NotReady(ILogger log, LogLevel level, string why);
}
