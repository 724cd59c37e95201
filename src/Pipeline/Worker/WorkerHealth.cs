using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Vigil.Pipeline.Worker;

/// <summary>Whether the worker takes content: not before its start is done, and not while it holds.</summary>
internal sealed class WorkerHealth : IHealthCheck
{
    private volatile Tuple<HealthStatus, string> _state = Tuple.Create(HealthStatus.Unhealthy, "starting");

    public void Run() => _state = Tuple.Create(HealthStatus.Healthy, "running");

    public void Hold(string why) => _state = Tuple.Create(HealthStatus.Unhealthy, why);

    public void Degrade(string why) => _state = Tuple.Create(HealthStatus.Degraded, why);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (status, why) = _state;
        return Task.FromResult(new HealthCheckResult(status, why));
    }
}
