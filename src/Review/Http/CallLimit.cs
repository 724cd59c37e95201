using System.Globalization;
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

    /// <summary>Whether the call is one too many; its answer then says after how long the next one may come.</summary>
    public bool Refuses(TCaller caller, HttpResponse answer)
    {
        using var lease = _limiter.AttemptAcquire(caller);
        if (lease.IsAcquired)
        {
            return false;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > Period ? after : Period;
        answer.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return true;
    }

    public void Dispose() => _limiter.Dispose();
}
