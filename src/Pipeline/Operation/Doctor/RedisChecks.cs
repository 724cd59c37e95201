using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Redis;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>The Redis of the review role: whether it answers, evicts nothing and keeps what it has.</summary>
internal static class RedisChecks
{
    private const string Area = "Redis";

    public static async Task<IReadOnlyList<Finding>> AllAsync(IServiceProvider services, IConfiguration configuration, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(configuration[$"{RedisOptions.Section}:Url"]))
        {
            return [new(Area, Health.Note, "none is named; vigil demo starts its own", "for the review role: REDIS_URL=redis://host:port")];
        }

        try
        {
            var options = services.GetRequiredService<IOptions<RedisOptions>>().Value;
            await using var redis = await RedisClient.OpenAsync(options);
            await RedisReachable.CheckAsync(redis, options, cancellation);
            // By a script: the client refuses INFO itself outside its admin mode.
            var text = (string?)await redis.GetDatabase().ScriptEvaluateAsync("return redis.call('INFO', 'server') .. redis.call('INFO', 'memory') .. redis.call('INFO', 'persistence')");
            return Of(Read(text ?? ""));
        }
        catch (ServiceUnreachableException fault)
        {
            return [new(Area, Health.Wrong, fault.Message, "start it, or mend REDIS_URL")];
        }
        catch (CommandFailedException fault)
        {
            return [new(Area, Health.Wrong, fault.Message, "CONFIG SET maxmemory-policy noeviction, and in redis.conf")];
        }
        catch (Exception fault) when (fault is RedisException or OptionsValidationException)
        {
            return [new(Area, Health.Wrong, fault.Message, "check the user, the password and TLS in REDIS_URL")];
        }
    }

    internal static IReadOnlyList<Finding> Of(IReadOnlyDictionary<string, string> info)
    {
        var version = info.GetValueOrDefault("redis_version", "unknown");
        var old = !Version.TryParse(version, out var parsed) || parsed.Major < 6;
        var appends = info.GetValueOrDefault("aof_enabled") == "1";
        var limit = info.GetValueOrDefault("maxmemory_human", "?");
        return
        [
            new(Area, old ? Health.Wrong : Health.Ok, $"version {version}, maxmemory {(limit == "0B" ? "not limited" : limit)}, {info.GetValueOrDefault("maxmemory_policy", "?")}, uses {info.GetValueOrDefault("used_memory_human", "?")}", old ? "Redis 6 or later is needed" : ""),
            appends
                ? new("Redis persistence", Health.Ok, "append-only file")
                : new("Redis persistence", Health.Note, "no append-only file: a restart loses leases, and the queues are rebuilt from the logs", "appendonly yes"),
        ];
    }

    private static Dictionary<string, string> Read(string info)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in info.Split('\n').Select(line => line.Trim()))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                values[line[..colon]] = line[(colon + 1)..];
            }
        }

        return values;
    }
}
