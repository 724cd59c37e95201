using Confluent.Kafka;
using StackExchange.Redis;
using Vigil.Review.Redis;

namespace Vigil.Review.Projection;

/// <summary>How far a rebuild is.</summary>
public readonly record struct RebuildProgress(long Applied, long Total);

/// <summary>
/// Builds a new generation aside from the beginnings of both logs and serves it by one swap. One rebuild at a time: the
/// lock of a process that dies runs out and what it built is dropped.
/// </summary>
internal sealed partial class QueueRebuild(QueueProjection projection, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LockTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstHold = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);

    /// <returns>The generation served now, or null if another process is rebuilding.</returns>
    public async Task<string?> RunAsync(IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        var database = projection.Scripts.Database;
        var key = projection.Scripts.Key("rebuild");
        var token = Guid.NewGuid().ToString("N");
        if (!await database.LockTakeAsync(key, token, LockTime))
        {
            return null;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var keeping = RedisLock.KeepAsync(database, key, token, LockTime, time, stop);
        try
        {
            return await BuildAsync(progress, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RedisException("The rebuild lost its lock and was given up.");
        }
        finally
        {
            await stop.CancelAsync();
            await keeping;
            await database.LockReleaseAsync(key, token);
        }
    }

    private async Task<string> BuildAsync(IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        await projection.DropOthersAsync(null, cancellation);
        var source = await projection.DescribeAsync();
        var generation = await projection.BeginAsync(source);
        LogBegun(generation);
        var times = new LogTimes(projection.Directory, projection.Scripts.NowAsync);
        var ends = await projection.Directory.EndsAsync(source.Topics, IsolationLevel.ReadCommitted);
        for (var hold = FirstHold; ; hold = hold * 2 < LongestHold ? hold * 2 : LongestHold)
        {
            await ReadToAsync(ends, generation, source, times, progress, cancellation);
            if (await projection.ServeAsync(generation, hold))
            {
                progress?.Report(new(ends.Values.Sum(), ends.Values.Sum()));
                LogServed(generation);
                await projection.DropOthersAsync(null, cancellation);
                return generation;
            }

            ends = await ServedEndsAsync(source, ends);
        }
    }

    private async Task ReadToAsync(
        IReadOnlyDictionary<TopicPartition, long> ends, string generation, ProjectionSource source, LogTimes times, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        var positions = await projection.PositionsAsync(generation, source)
            ?? throw new RedisException("The generation being rebuilt is gone from Redis.");
        progress?.Report(ProgressOf(source, positions, ends));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = projection.ReadAsync(generation, live: false, source, positions, times, ends, stop.Token);
        try
        {
            while (progress is not null && await Task.WhenAny(reading, Task.Delay(ReportEvery, time, cancellation)) != reading)
            {
                progress.Report(ProgressOf(source, await projection.PositionsAsync(generation, source) ?? positions, ends));
            }
        }
        catch
        {
            await stop.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var end = await reading;
        if (end != ReadEnd.Done)
        {
            throw new RedisException($"The rebuild could not go on ({end}).");
        }
    }

    // What is behind the served generation goes on as far as that one is, which waits for it: the logs may grow faster than they
    // can be read, and to their ends it would never be done.
    private async Task<IReadOnlyDictionary<TopicPartition, long>> ServedEndsAsync(ProjectionSource source, IReadOnlyDictionary<TopicPartition, long> ends) =>
        await projection.ServedAsync() is { } served && await projection.PositionsAsync(served, source) is { } positions
            ? source.Topics.SelectMany(topic => topic.All.Select(partition => (Partition: partition, Served: positions[topic.Field(partition.Partition)])))
                .ToDictionary(one => one.Partition, one => Math.Max(one.Served, ends[one.Partition]))
            : await projection.Directory.EndsAsync(source.Topics, IsolationLevel.ReadCommitted);

    private static RebuildProgress ProgressOf(ProjectionSource source, IReadOnlyDictionary<string, long> positions, IReadOnlyDictionary<TopicPartition, long> ends) => new(
        source.Topics.Sum(topic => topic.All.Sum(partition => positions[topic.Field(partition.Partition)])),
        ends.Values.Sum());

    [LoggerMessage(Level = LogLevel.Information, Message = "Queues: rebuilding generation {Generation} from the logs")]
    private partial void LogBegun(string generation);

    [LoggerMessage(Level = LogLevel.Information, Message = "Queues: generation {Generation} is served")]
    private partial void LogServed(string generation);
}
