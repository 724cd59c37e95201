using System.Globalization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Redis;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>The Redis of the review role: whether it answers, evicts nothing and keeps what it has.</summary>
internal static class RedisChecks
{
    private const string Area = "Redis";
    private const string MemoryArea = "Redis memory";
    private const string MoreMemory = "raise maxmemory (about 1,500 bytes for each waiting item): CONFIG SET maxmemory, and in redis.conf";
    private const double NearlyFull = 0.9;

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
        return
        [
            new(Area, old ? Health.Wrong : Health.Ok, $"version {version}, {info.GetValueOrDefault("maxmemory_policy", "?")}", old ? "Redis 6 or later is needed" : ""),
            Memory(info),
            appends
                ? new("Redis persistence", Health.Ok, "append-only file")
                : new("Redis persistence", Health.Note, "no append-only file: a restart loses leases, and the queues are rebuilt from the logs", "appendonly yes"),
        ];
    }

    // A Redis that evicts nothing refuses every write once it is full: no item is queued, claimed or decided any more.
    private static Finding Memory(IReadOnlyDictionary<string, string> info)
    {
        var limit = Bytes(info, "maxmemory");
        var found = $"uses {info.GetValueOrDefault("used_memory_human", "?")}, maxmemory {(limit == 0 ? "not limited" : info.GetValueOrDefault("maxmemory_human", "?"))}";
        return (limit == 0 ? 0 : Bytes(info, "used_memory") / limit) switch
        {
            >= 1 => new(MemoryArea, Health.Wrong, $"full: {found}; it refuses every write", MoreMemory),
            >= NearlyFull => new(MemoryArea, Health.Note, $"nearly full: {found}", MoreMemory),
            _ => new(MemoryArea, Health.Ok, found),
        };
    }

    private static double Bytes(IReadOnlyDictionary<string, string> info, string field) =>
        double.TryParse(info.GetValueOrDefault(field), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;

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
