using Confluent.Kafka;
using StackExchange.Redis;
using Vigil.Review.Redis;

namespace Vigil.Review.Projection;

/// <summary>
/// Keeps the queues up with the logs. Of all review instances over one Redis one reads, held by a lock; a reader that lost
/// the lock unawares does no harm, since every apply is a compare-and-set. The same instance does the housekeeping.
/// </summary>
internal sealed partial class ProjectionService(QueueProjection projection, QueueRebuild rebuild, QueueHousekeeping housekeeping, TimeProvider time, ILogger<ProjectionService> logger) : BackgroundService
{
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var database = projection.Scripts.Database;
        var key = projection.Scripts.Key("reader");
        var token = Guid.NewGuid().ToString("N");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await database.LockTakeAsync(key, token, LockTime))
                {
                    await ReadWhileLockedAsync(database, key, token, stoppingToken);
                }
                else
                {
                    // Another instance reads; what it meets is for it to say.
                    projection.Health.Follows();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception fault) when (fault is RedisException or RedisTimeoutException or KafkaException)
            {
                projection.Health.Failed(fault);
            }

            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadWhileLockedAsync(IDatabase database, RedisKey key, string token, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var keeping = RedisLock.KeepAsync(database, key, token, LockTime, time, stop);
        try
        {
            while (await ReadAsync(stop.Token))
            {
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            LogLostLock();
        }
        finally
        {
            ReviewTelemetry.Queues([]);
            await stop.CancelAsync();
            await keeping;
            await database.LockReleaseAsync(key, token, CommandFlags.FireAndForget);
        }
    }

    /// <returns>Whether to go on at once; else after a pause.</returns>
    private async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        var source = await projection.DescribeAsync();
        var generation = await projection.ServedAsync();
        var positions = generation is null ? null : await projection.PositionsAsync(generation, source);
        if (generation is null || positions is null || !await projection.CanReadAsync(source, positions))
        {
            return await RebuildAsync(cancellation);
        }

        var times = new LogTimes(projection.Directory, projection.Scripts.NowAsync);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var keeping = housekeeping.RunAsync(generation, source, times, stop);
        ReadEnd end;
        try
        {
            end = await projection.ReadAsync(generation, live: true, source, positions, times, ends: null, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Housekeeping saw that the topics are others.
            return true;
        }
        finally
        {
            await stop.CancelAsync();
            await keeping;
        }

        LogStopped(end);
        if (end is ReadEnd.NoPosition or ReadEnd.OutOfRange)
        {
            return await RebuildAsync(cancellation);
        }

        return end == ReadEnd.OtherGeneration;
    }

    private async Task<bool> RebuildAsync(CancellationToken cancellation)
    {
        projection.Health.Rebuilds();
        return await rebuild.RunAsync(null, cancellation) is not null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection: another instance reads now")]
    private partial void LogLostLock();

    [LoggerMessage(Level = LogLevel.Information, Message = "Projection: reading stopped ({End})")]
    private partial void LogStopped(ReadEnd end);
}
