using System.Threading.RateLimiting;

namespace Vigil.Review.Http;

/// <summary>How often each token may call: a bucket that holds two seconds' worth and is filled every second.</summary>
internal sealed class CallLimit(ReviewOptions options) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<int> _limiter = PartitionedRateLimiter.Create<int, int>(token => RateLimitPartition.GetTokenBucketLimiter(token, _ => new()
    {
        TokensPerPeriod = options.RequestsPerSecond,
        TokenLimit = 2 * options.RequestsPerSecond,
        ReplenishmentPeriod = Period,
        QueueLimit = 0,
    }));

    /// <returns>Null: the call may go on. Else after how long the next one may.</returns>
    public TimeSpan? Refuses(Caller caller)
    {
        using var lease = _limiter.AttemptAcquire(caller.Token);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > Period ? after
            : Period;
    }

    public void Dispose() => _limiter.Dispose();
}
