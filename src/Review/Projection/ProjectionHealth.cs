using Confluent.Kafka;
using StackExchange.Redis;

namespace Vigil.Review.Projection;

/// <summary>
/// Why the queues do not follow the logs, said once when it begins and once when it is over: as a line of the log and as the
/// metric <c>vigil.projection.halted</c>. Ranking does not depend on any of it.
/// </summary>
internal sealed partial class ProjectionHealth(TimeProvider time, ILogger logger)
{
    private static readonly Dictionary<string, string> Words = new()
    {
        [ProjectionHalts.RedisFull] = "Redis is full: raise its maxmemory",
        [ProjectionHalts.RedisDisk] = "Redis cannot write to its disk: free space there",
        [ProjectionHalts.Redis] = "Redis does not answer as it should",
        [ProjectionHalts.Kafka] = "Kafka does not answer",
    };

    private readonly Lock _lock = new();
    private string? _reason;
    private long _since;

    /// <summary>The queues follow again.</summary>
    public void Follows()
    {
        lock (_lock)
        {
            if (_reason is { } reason)
            {
                _reason = null;
                ReviewTelemetry.Halted(this, null);
                LogFollows(logger, time.GetElapsedTime(_since).TotalSeconds, reason);
            }
        }
    }

    /// <summary>Something failed; it is tried again.</summary>
    public void Failed(Exception fault)
    {
        if (Change(ReasonOf(fault)) is { } reason)
        {
            LogHalted(logger, Words[reason], reason, fault.Message);
        }
    }

    /// <summary>Redis holds no queues that fit the logs.</summary>
    public void Rebuilds()
    {
        if (Change(ProjectionHalts.Rebuilding) is not null)
        {
            LogRebuilds(logger);
        }
    }

    /// <summary>Whether Redis answered that it has no memory left to write to.</summary>
    public static bool IsFull(RedisServerException fault) => fault.Message.Contains("OOM command", StringComparison.Ordinal);

    /// <returns>The reason if it is a new one.</returns>
    private string? Change(string? reason)
    {
        lock (_lock)
        {
            // What is ours to say ("given up") says less than the fault that led to it.
            reason ??= _reason ?? ProjectionHalts.Redis;
            if (reason == _reason)
            {
                return null;
            }

            _since = _reason is null ? time.GetTimestamp() : _since;
            _reason = reason;
            ReviewTelemetry.Halted(this, reason);
            return reason;
        }
    }

    private static string? ReasonOf(Exception fault) => fault switch
    {
        RedisServerException server when IsFull(server) => ProjectionHalts.RedisFull,
        RedisServerException disk when disk.Message.Contains("MISCONF", StringComparison.Ordinal) => ProjectionHalts.RedisDisk,
        RedisServerException or RedisConnectionException or RedisTimeoutException => ProjectionHalts.Redis,
        KafkaException => ProjectionHalts.Kafka,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Queues stand still: {Words} ({Reason}: {Fault}). Ranking goes on; they catch up by themselves once this is over")]
    private static partial void LogHalted(ILogger logger, string words, string reason, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queues are rebuilt from the logs: Redis holds none that fits them (it is new, was flushed, or the topics changed). Ranking goes on; claims answer 503 meanwhile")]
    private static partial void LogRebuilds(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queues follow the logs again after {Seconds:0.0} s ({Reason})")]
    private static partial void LogFollows(ILogger logger, double seconds, string reason);
}

/// <summary>Values of <c>reason</c> on <c>vigil.projection.halted</c>.</summary>
internal static class ProjectionHalts
{
    public const string RedisFull = "redis_full";
    public const string RedisDisk = "redis_disk";
    public const string Redis = "redis";
    public const string Kafka = "kafka";
    public const string Rebuilding = "rebuilding";

    public static readonly string[] All = [RedisFull, RedisDisk, Redis, Kafka, Rebuilding];
}
