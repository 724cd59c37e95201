using System.Threading.RateLimiting;

namespace Vigil.Review.Http;

/// <summary>How often each caller may call: a bucket that holds two seconds' worth and is filled every second.</summary>
/// <typeparam name="TCaller">What tells callers apart.</typeparam>
public sealed class CallLimit<TCaller>(int perSecond) : IDisposable
    where TCaller : notnull
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<TCaller> _limiter = PartitionedRateLimiter.Create<TCaller, TCaller>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new()
    {
        TokensPerPeriod = perSecond,
        TokenLimit = 2 * perSecond,
        ReplenishmentPeriod = Period,
        QueueLimit = 0,
    }));

    /// <returns>Null: the call may go on. Else after how long the next one may.</returns>
    public TimeSpan? Refuses(TCaller caller)
    {
        using var lease = _limiter.AttemptAcquire(caller);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > Period ? after
            : Period;
    }

    public void Dispose() => _limiter.Dispose();
}
