using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using Vigil.Review;

namespace Vigil.Pipeline.Roles;

/// <summary>Ready while Redis answers and the queues are served.</summary>
internal sealed class ReviewHealth(ReviewStage review) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await review.IsServedAsync() ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The queues are being rebuilt.");
        }
        catch (Exception fault) when (fault is RedisException or RedisTimeoutException)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer.");
        }
    }
}
