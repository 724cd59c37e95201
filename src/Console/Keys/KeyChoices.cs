using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Review;

namespace Vigil.ReviewConsole.Keys;

/// <summary>The keys that reviewers chose, kept in Redis: the same at every machine and from every instance.</summary>
public sealed class KeyChoices(IConnectionMultiplexer redis, IOptions<ReviewOptions> review)
{
    public async Task<KeyMap> OfAsync(Reviewer reviewer)
    {
        try
        {
            return KeyMap.Parse((string?)await redis.GetDatabase().StringGetAsync(KeyOf(reviewer)) ?? "") ?? KeyMap.Standard;
        }
        catch (RedisException)
        {
            // The page has more to say of a Redis that is away than that its keys are the standard ones.
            return KeyMap.Standard;
        }
    }

    public async Task KeepAsync(Reviewer reviewer, KeyMap keys)
    {
        var database = redis.GetDatabase();
        if (keys == KeyMap.Standard)
        {
            await database.KeyDeleteAsync(KeyOf(reviewer));
        }
        else
        {
            await database.StringSetAsync(KeyOf(reviewer), keys.ToString());
        }
    }

    private RedisKey KeyOf(Reviewer reviewer) => $"{review.Value.KeyPrefix}:keys-of:{reviewer.Name}";
}
