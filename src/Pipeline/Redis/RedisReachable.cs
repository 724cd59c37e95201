using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Redis;

/// <summary>Checks once, before anything uses it, that Redis answers and evicts nothing: a queue must not lose items in silence.</summary>
internal sealed class RedisReachable(IConnectionMultiplexer redis, IOptions<RedisOptions> options) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => CheckAsync(redis, options.Value, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="ServiceUnreachableException">It does not answer in time.</exception>
    /// <exception cref="CommandFailedException">It is set to evict keys.</exception>
    public static async Task CheckAsync(IConnectionMultiplexer redis, RedisOptions options, CancellationToken cancellation)
    {
        var where = string.Join(", ", redis.GetEndPoints().Select(endPoint => endPoint.ToString()));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(options.ConnectSeconds));
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
}
