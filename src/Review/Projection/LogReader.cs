using System.Globalization;
using Confluent.Kafka;
using StackExchange.Redis;
using Vigil.Review.Redis;

namespace Vigil.Review.Projection;

/// <summary>Why a reader stopped.</summary>
internal enum ReadEnd
{
    /// <summary>It reached the ends it was given.</summary>
    Done,

    /// <summary>Redis knows no position: it lost everything, or the topics are others. Rebuild.</summary>
    NoPosition,

    /// <summary>Another generation is served now. Read its positions.</summary>
    OtherGeneration,

    /// <summary>The log no longer holds the position. Rebuild.</summary>
    OutOfRange,

    /// <summary>Kafka or Redis failed; what was in flight may have been applied or not. Read the positions again.</summary>
    Trouble,
}

/// <summary>
/// Reads one topic and applies each record in log order by one script call, many in flight. Every call is a
/// compare-and-set on the position applied before, so a second reader, a restarted Redis or a lost reply can neither
/// apply a record twice nor leave one out.
/// </summary>
internal sealed partial class LogReader(
    IConsumer<byte[], byte[]> consumer,
    TopicLayout topic,
    string script,
    Func<ConsumeResult<byte[], byte[]>, RedisValue[]?> arguments,
    RedisScripts scripts,
    TimeProvider time,
    ILogger logger)
{
    private const int MostInFlight = 512;

    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan HeldFor = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CompareEvery = TimeSpan.FromMilliseconds(500);

    private readonly long[] _positions = new long[topic.Partitions];
    private readonly long[] _times = new long[topic.Partitions];

    public TopicLayout Topic => topic;

    /// <summary>Log time both topics have passed, in Unix milliseconds; set from outside, 0: nothing is forgotten yet.</summary>
    public Func<long> Passed { get; init; } = () => 0;

    public long PositionOf(int partition) => Volatile.Read(ref _positions[partition]);

    /// <summary>Time of the last record applied in a partition; 0: none since the start.</summary>
    public long TimeOf(int partition) => Volatile.Read(ref _times[partition]);

    /// <param name="ends">Stop there; null: read for ever.</param>
    public async Task<ReadEnd> RunAsync(string generation, bool live, IReadOnlyList<long> positions, IReadOnlyList<long>? ends, CancellationToken cancellation)
    {
        for (var partition = 0; partition < topic.Partitions; partition++)
        {
            Volatile.Write(ref _positions[partition], positions[partition]);
        }

        consumer.Assign(topic.All.Select(partition => new TopicPartitionOffset(partition, positions[partition.Partition])));
        var compared = time.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (ends is not null && Enumerable.Range(0, topic.Partitions).All(partition => _positions[partition] >= ends[partition]))
                {
                    return ReadEnd.Done;
                }

                var batch = Drain();
                ReadEnd? end = null;
                if (batch.Count > 0)
                {
                    end = await ApplyAsync(generation, live, batch);
                }
                else if (time.GetElapsedTime(compared) > CompareEvery)
                {
                    end = await CompareAsync(generation, live);
                    compared = time.GetTimestamp();
                }
                else
                {
                    await Task.Delay(Idle, time, cancellation);
                }

                if (end is not null)
                {
                    return end.Value;
                }
            }
            catch (ConsumeException fault) when (fault.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
            {
                return ReadEnd.OutOfRange;
            }
            catch (Exception fault) when (fault is KafkaException or RedisException or RedisTimeoutException)
            {
                LogTrouble(fault, topic.Name);
                return ReadEnd.Trouble;
            }
        }
    }

    private List<ConsumeResult<byte[], byte[]>> Drain()
    {
        var batch = new List<ConsumeResult<byte[], byte[]>>();
        while (batch.Count < MostInFlight && consumer.Consume(TimeSpan.Zero) is { } record)
        {
            batch.Add(record);
        }

        return batch;
    }

    private async Task<ReadEnd?> ApplyAsync(string generation, bool live, List<ConsumeResult<byte[], byte[]>> batch)
    {
        var sent = new List<(ConsumeResult<byte[], byte[]> Record, Task<RedisResult> Reply)>(batch.Count);
        foreach (var record in batch)
        {
            var partition = record.Partition.Value;
            var next = record.IsPartitionEOF ? record.Offset.Value : record.Offset.Value + 1;
            if (next > _positions[partition])
            {
                sent.Add((record, SendAsync(generation, live, record, _positions[partition], next)));
                Volatile.Write(ref _positions[partition], next);
            }
        }

        ReadEnd? end = null;
        var held = false;
        var moved = new Dictionary<int, long>();
        foreach (var (record, reply) in sent)
        {
            try
            {
                var answer = await reply;
                switch ((string?)answer[0])
                {
                    case "applied":
                        if (!record.IsPartitionEOF)
                        {
                            Volatile.Write(ref _times[record.Partition.Value], record.Message.Timestamp.UnixTimestampMs);
                        }

                        break;
                    case "held":
                        held = true;
                        moved.TryAdd(record.Partition.Value, long.Parse((string)answer[1]!, CultureInfo.InvariantCulture));
                        break;
                    case "moved":
                        moved.TryAdd(record.Partition.Value, long.Parse((string)answer[1]!, CultureInfo.InvariantCulture));
                        break;
                    case "none":
                        end ??= ReadEnd.NoPosition;
                        break;
                    default:
                        end ??= ReadEnd.OtherGeneration;
                        break;
                }
            }
            catch (RedisServerException fault) when (fault.Message.StartsWith("ERR", StringComparison.Ordinal))
            {
                // A record that breaks the script must not stop the queue: the script has moved the position before it began.
                ReviewTelemetry.Unreadable(topic.Name);
                LogBroken(fault, topic.Name, record.Partition.Value, record.Offset.Value);
            }
        }

        if (end is null)
        {
            Seek(moved, expected: held);
        }

        if (held)
        {
            // A rebuilt generation is about to be served: it must not be behind, so this one stands still for a moment.
            await Task.Delay(HeldFor, time);
        }

        return end;
    }

    // With no record to apply, a Redis that lost its last second would go unnoticed, and decisions with it.
    private async Task<ReadEnd?> CompareAsync(string generation, bool live)
    {
        if (live && await scripts.Database.StringGetAsync(scripts.Key("ready")) != generation)
        {
            return ReadEnd.OtherGeneration;
        }

        var held = await scripts.Database.HashGetAsync(scripts.Key(generation, "pos"), [.. Enumerable.Range(0, topic.Partitions).Select(partition => (RedisValue)topic.Field(partition))]);
        if (held.Any(position => position.IsNull))
        {
            return ReadEnd.NoPosition;
        }

        Seek(Enumerable.Range(0, topic.Partitions).Where(partition => (long)held[partition] != _positions[partition]).ToDictionary(partition => partition, partition => (long)held[partition]));
        return null;
    }

    private Task<RedisResult> SendAsync(string generation, bool live, ConsumeResult<byte[], byte[]> record, long expected, long next)
    {
        RedisValue[] head = [generation, live ? "1" : "0", topic.Field(record.Partition.Value), Text(expected), Text(next)];
        if (record.IsPartitionEOF)
        {
            return scripts.RunAsync("advance", head);
        }

        if (arguments(record) is { } tail)
        {
            return scripts.RunAsync(script, [.. head, Text(Passed()), .. tail]);
        }

        ReviewTelemetry.Unreadable(topic.Name);
        LogUnreadable(topic.Name, record.Partition.Value, record.Offset.Value);
        return scripts.RunAsync("advance", head);
    }

    // Redis went back (it lost its last second) or another reader went ahead: go on from where it is.
    private void Seek(Dictionary<int, long> moved, bool expected = false)
    {
        foreach (var (partition, position) in moved)
        {
            if (!expected)
            {
                LogMoved(topic.Name, partition, _positions[partition], position);
            }

            Volatile.Write(ref _positions[partition], position);
            consumer.Seek(new TopicPartitionOffset(topic.Name, partition, position));
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection: {Topic} cannot go on, trying again")]
    private partial void LogTrouble(Exception fault, string topic);

    [LoggerMessage(Level = LogLevel.Error, Message = "Projection: {Topic}/{Partition} record {Offset} broke its script and was left out")]
    private partial void LogBroken(Exception fault, string topic, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection: {Topic}/{Partition} record {Offset} cannot be read and was left out")]
    private partial void LogUnreadable(string topic, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection: {Topic}/{Partition} was at {Mine}, Redis is at {Theirs}: going on from there")]
    private partial void LogMoved(string topic, int partition, long mine, long theirs);
}
