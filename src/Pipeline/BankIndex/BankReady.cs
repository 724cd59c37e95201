using Microsoft.Extensions.Diagnostics.HealthChecks;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>Not ready until the bank was read once; a slow load changes nothing else.</summary>
internal sealed class BankReady(Bank bank) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        bank.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the bank is still being read"));
}
