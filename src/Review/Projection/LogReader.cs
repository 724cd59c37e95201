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
/// Reads one topic and applies its records in log order, runs of them by one script call and several calls in flight. Every
/// record is applied by a compare-and-set on the position applied before, so a second reader, a restarted Redis or a lost
/// reply can neither apply a record twice nor leave one out.
/// </summary>
internal sealed partial class LogReader(
    IConsumer<byte[], byte[]> consumer,
    TopicLayout topic,
    string script,
    Func<ConsumeResult<byte[], byte[]>, Projected?> projected,
    RedisScripts scripts,
    ProjectionHealth health,
    TimeProvider time,
    ILogger logger)
{
    // Of one round; the round before may still be in flight.
    private const int MostRecords = 512;
    private const int MostBytes = 4 * 1024 * 1024;

    // A log that was quiet for a while is looked at less often: every look wakes the thread pool.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan QuietAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HeldFor = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CompareEvery = TimeSpan.FromMilliseconds(500);

    // As sent; Redis may still be behind, or may have gone back.
    private readonly long[] _positions = new long[topic.Partitions];
    private readonly long[] _times = new long[topic.Partitions];
    private List<LogRun> _inFlight = [];

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
        var heard = compared;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var reached = ends is not null && Enumerable.Range(0, topic.Partitions).All(partition => _positions[partition] >= ends[partition]);
                if (reached && _inFlight.Count == 0)
                {
                    return ReadEnd.Done;
                }

                var records = reached ? [] : Drain();
                ReadEnd? end = null;
                if (records.Count > 0 || _inFlight.Count > 0)
                {
                    end = await ApplyAsync(generation, live, records, cancellation);
                    heard = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(compared) > CompareEvery)
                {
                    end = await CompareAsync(generation, live);
                    compared = time.GetTimestamp();
                }
                else
                {
                    await Task.Delay(time.GetElapsedTime(heard) < QuietAfter ? Idle : Quiet, time, cancellation);
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
                health.Failed(fault);
                return ReadEnd.Trouble;
            }
        }
    }

    private List<ConsumeResult<byte[], byte[]>> Drain()
    {
        var records = new List<ConsumeResult<byte[], byte[]>>();
        var bytes = 0L;
        while (records.Count < MostRecords && bytes < MostBytes && consumer.Consume(TimeSpan.Zero) is { } record)
        {
            records.Add(record);
            bytes += record.Message?.Value?.Length ?? 0;
        }

        return records;
    }

    // While Redis applies these, the next ones are read and made ready; so it is what was sent before that is awaited here.
    private async Task<ReadEnd?> ApplyAsync(string generation, bool live, List<ConsumeResult<byte[], byte[]>> records, CancellationToken cancellation)
    {
        var before = _inFlight;
        _inFlight = Send(generation, live, records);
        var answers = new RunAnswers();
        await HearAsync(before, answers);
        if (!answers.AreWell)
        {
            // What was sent after a run that was turned away is turned away too.
            await HearAsync(_inFlight, answers);
            _inFlight = [];
        }

        if (answers.Held)
        {
            await StandStillAsync(cancellation);
        }

        if (answers.End is null)
        {
            Seek(answers.Moved, expected: answers.Held);
        }

        if (live && before.Count > 0 && answers.End is null)
        {
            health.Follows();
        }

        return answers.End;
    }

    // A rebuilt generation is about to be served and must not be behind. Asking Redis costs nothing; going back in the log to
    // be turned away again would have the broker send the same records over and over.
    private async Task StandStillAsync(CancellationToken cancellation)
    {
        do
        {
            await Task.Delay(HeldFor, time, cancellation);
        }
        while (await scripts.Database.KeyExistsAsync(scripts.Key("catchup")));
    }

    private List<LogRun> Send(string generation, bool live, List<ConsumeResult<byte[], byte[]>> records)
    {
        var sent = new List<LogRun>();
        var open = new LogRun?[topic.Partitions];
        foreach (var record in records)
        {
            var partition = record.Partition.Value;
            var next = record.IsPartitionEOF ? record.Offset.Value : record.Offset.Value + 1;
            if (next <= _positions[partition])
            {
                continue;
            }

            var run = open[partition] ??= new(partition, _positions[partition]);
            Add(run, record, next);
            Volatile.Write(ref _positions[partition], next);
            if (run.IsFull)
            {
                Send(run);
                open[partition] = null;
            }
        }

        foreach (var run in open.OfType<LogRun>())
        {
            Send(run);
        }

        return sent;

        void Send(LogRun run)
        {
            run.Reply = scripts.RunAsync(script, run.Arguments(generation, live, topic.Field(run.Partition), Passed()));
            sent.Add(run);
        }
    }

    private void Add(LogRun run, ConsumeResult<byte[], byte[]> record, long next)
    {
        if (record.IsPartitionEOF)
        {
            run.Pass(record.Offset.Value, next, null);
        }
        else if (projected(record) is { } arguments)
        {
            run.Add(record.Offset.Value, next, record.Message.Timestamp.UnixTimestampMs, record.Message.Value.Length, arguments);
        }
        else
        {
            run.Pass(record.Offset.Value, next, record.Message.Timestamp.UnixTimestampMs);
            ReviewTelemetry.Unreadable(topic.Name);
            LogUnreadable(topic.Name, run.Partition, record.Offset.Value);
        }
    }

    private async Task HearAsync(List<LogRun> runs, RunAnswers answers)
    {
        foreach (var run in runs)
        {
            var answer = await run.Reply;
            if (RunAnswers.IsApplied(answer) && run.LastTimeMs > 0)
            {
                Volatile.Write(ref _times[run.Partition], run.LastTimeMs);
            }

            // A record that breaks the script must not stop the queue.
            foreach (var (offset, fault) in answers.Add(run, answer))
            {
                ReviewTelemetry.Unreadable(topic.Name);
                LogBroken(topic.Name, run.Partition, offset, fault);
            }
        }
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

        if (live)
        {
            health.Follows();
        }

        Seek(Enumerable.Range(0, topic.Partitions).Where(partition => (long)held[partition] != _positions[partition]).ToDictionary(partition => partition, partition => (long)held[partition]));
        return null;
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

    [LoggerMessage(Level = LogLevel.Error, Message = "Projection: {Topic}/{Partition} record {Offset} broke its script and was left out ({Fault})")]
    private partial void LogBroken(string topic, int partition, long offset, string? fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection: {Topic}/{Partition} record {Offset} cannot be read and was left out")]
    private partial void LogUnreadable(string topic, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Projection: {Topic}/{Partition} was at {Mine}, Redis is at {Theirs}: going on from there")]
    private partial void LogMoved(string topic, int partition, long mine, long theirs);
}
