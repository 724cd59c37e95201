using StackExchange.Redis;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>The queues as Redis holds them, read by an outsider.</summary>
internal sealed class QueueState(ConnectionMultiplexer redis)
{
    // Follows the prefix of the storm's topics.
    private const string Root = "{storm}:";

    private IDatabase Database => redis.GetDatabase();

    private IServer Server => redis.GetServers()[0];

    /// <summary>Positions applied last; null while nothing is served.</summary>
    public async Task<string?> PositionsAsync()
    {
        try
        {
            return await Database.StringGetAsync(Root + "ready") is { HasValue: true } generation
                ? string.Join(' ', (await Database.HashGetAllAsync($"{Root}g{generation}:pos")).Select(entry => $"{entry.Name}={entry.Value}").Order(StringComparer.Ordinal))
                : null;
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Every field of every item and every place in every queue of the served generation, but the times of the next look.</summary>
    public async Task<string[]> DumpAsync()
    {
        var root = $"{Root}g{await Database.StringGetAsync(Root + "ready")}:";
        var lines = new List<string>();
        foreach (var key in Server.Keys(pattern: root + "*", pageSize: 1000).Select(key => (string)key!))
        {
            var name = key[root.Length..];
            if (name.StartsWith("i:", StringComparison.Ordinal))
            {
                lines.AddRange((await Database.HashGetAllAsync(key)).Select(field => $"{name} {field.Name} {Convert.ToHexString((byte[])field.Value!)}"));
            }
            else if (name.StartsWith("q:", StringComparison.Ordinal) || name.StartsWith("e:", StringComparison.Ordinal))
            {
                lines.AddRange((await Database.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => $"{name} {entry.Element} {entry.Score:R}"));
            }
            else if (name == "x")
            {
                lines.AddRange((await Database.SortedSetRangeByRankAsync(key)).Select(member => $"x {member}"));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    /// <summary>How many leases should have ended this long ago.</summary>
    public async Task<long> OverdueAsync(TimeSpan since)
    {
        var until = (await Server.TimeAsync()).Subtract(DateTime.UnixEpoch) - since;
        return await Database.SortedSetLengthAsync(Root + "leases", max: until.TotalMilliseconds);
    }
}
