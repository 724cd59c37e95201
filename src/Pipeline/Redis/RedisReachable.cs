using System.Net;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Redis;

/// <summary>Checks once, before anything uses it, that Redis answers and evicts nothing: a queue must not lose items in silence.</summary>
internal static class RedisReachable
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(0.5);

    /// <summary>Asks over a connection of its own, which counts towards the time.</summary>
    public static async Task CheckAsync(RedisOptions options, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        await using var redis = await RedisClient.OpenAsync(options).WaitAsync(cancellation);
        var left = TimeSpan.FromSeconds(options.ConnectSeconds) - time.GetElapsedTime(started);
        await CheckAsync(redis, options, left > Least ? left : Least, cancellation);
    }

    /// <exception cref="ServiceUnreachableException">It does not answer in time.</exception>
    /// <exception cref="CommandFailedException">It is set to evict keys.</exception>
    public static Task CheckAsync(IConnectionMultiplexer redis, RedisOptions options, CancellationToken cancellation) =>
        CheckAsync(redis, options, TimeSpan.FromSeconds(options.ConnectSeconds), cancellation);

    private static async Task CheckAsync(IConnectionMultiplexer redis, RedisOptions options, TimeSpan limit, CancellationToken cancellation)
    {
        var where = Names(redis.GetEndPoints());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        string? memory = null;
        while (memory is null)
        {
            try
            {
                // By a script: the client refuses INFO itself outside its admin mode.
                memory = (string?)await redis.GetDatabase().ScriptEvaluateAsync("return redis.call('INFO', 'memory')").WaitAsync(patience.Token);
            }
            catch (Exception fault) when (fault is RedisConnectionException or RedisTimeoutException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The patience is over; the loop's end says so.
            }

            if (memory is null && patience.IsCancellationRequested)
            {
                cancellation.ThrowIfCancellationRequested();
                throw new ServiceUnreachableException(
                    $"Redis at {where} does not answer within {options.ConnectSeconds} s. Check REDIS_URL (Vigil:Redis:Url) and that the server runs.");
            }
        }

        var policy = memory.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("maxmemory_policy:", StringComparison.Ordinal))?["maxmemory_policy:".Length..];
        if (policy is not null and not "noeviction")
        {
            throw new CommandFailedException($"Redis at {where} may evict keys (maxmemory-policy {policy}), and review queues must not lose items in silence: set maxmemory-policy noeviction.");
        }
    }

    private static string Names(IEnumerable<EndPoint> endPoints) =>
        string.Join(", ", endPoints.Select(endPoint => endPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{endPoint}"));
}
