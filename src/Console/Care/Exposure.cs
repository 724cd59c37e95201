using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Review;

namespace Vigil.ReviewConsole.Care;

/// <summary>How much a reviewer has seen in this shift.</summary>
/// <param name="Sum">Items judged, each weighed by the severity of its queue, 1 to 10.</param>
/// <param name="Most">After which a pause comes; 0: none does.</param>
/// <param name="PauseLeft">Null: no pause.</param>
public sealed record Seen(long Sum, int Most, TimeSpan? PauseLeft)
{
    public static Seen Nothing { get; } = new(0, 0, null);
}

/// <summary>
/// Counts what reviewers have to look at, and sends them into a pause when it was enough. Kept in Redis, by its clock: the same at
/// every machine and from every instance. While Redis is away nothing is counted.
/// </summary>
public sealed class Exposure(IConnectionMultiplexer redis, IOptions<ReviewOptions> review, IOptions<ConsoleOptions> console, IReadOnlyList<Policy> policies)
{
    // Of queues that belong to no policy, such as audit and appeals: anything may come there.
    private const int Unknown = 5;

    public async Task<Seen> OfAsync(Reviewer reviewer)
    {
        try
        {
            var database = redis.GetDatabase();
            var sum = database.StringGetAsync(SumOf(reviewer));
            var pause = database.KeyTimeToLiveAsync(PauseOf(reviewer));
            return new((long)await sum, console.Value.ExposureLimit, await pause);
        }
        catch (RedisException)
        {
            return Seen.Nothing;
        }
    }

    /// <summary>The reviewer has judged an item of a queue.</summary>
    public async Task AddAsync(Reviewer reviewer, string queue)
    {
        try
        {
            var database = redis.GetDatabase();
            var weight = policies.Where(policy => policy.Queue == queue || policy.EscalationQueue == queue).Select(policy => policy.Severity).DefaultIfEmpty(Unknown).Max();
            var sum = await database.StringIncrementAsync(SumOf(reviewer), weight);
            if (sum == weight)
            {
                await database.KeyExpireAsync(SumOf(reviewer), TimeSpan.FromHours(console.Value.LongestHours));
            }

            if (console.Value.ExposureLimit is > 0 and var most && sum >= most)
            {
                await database.StringSetAsync(PauseOf(reviewer), sum, TimeSpan.FromMinutes(console.Value.PauseMinutes));
                await database.KeyDeleteAsync(SumOf(reviewer));
            }
        }
        catch (RedisException)
        {
            // The verdict is recorded; a count that is one too low is no reason to say otherwise.
        }
    }

    private RedisKey SumOf(Reviewer reviewer) => $"{review.Value.KeyPrefix}:seen-by:{reviewer.Name}";

    private RedisKey PauseOf(Reviewer reviewer) => $"{review.Value.KeyPrefix}:pause-of:{reviewer.Name}";
}
