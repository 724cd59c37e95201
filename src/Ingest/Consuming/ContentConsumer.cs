using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Vigil.Ingest;

/// <summary>
/// The poll thread: reads content, seals batches, and obeys the rebalance rules of <c>design.md</c> §6.1. Nothing else
/// touches the consumer. A batch that is full may wait sealed; one that is only due goes on filling until somebody asks for it, so
/// that no item waits for a whole batch before its own. When a full one is not taken the partitions are paused and polling goes on.
/// </summary>
public sealed class ContentConsumer : IDisposable
{
    // Shorter waits for room are not worth a pause: it drops what is prefetched.
    private static readonly TimeSpan PauseAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(100);

    // Most records have none; nothing writes into those of a record.
    private static readonly Headers NoHeaders = [];

    private readonly string _topic;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly InFlightBatches _inFlight;
    private readonly DuplicateWindow _window;
    private readonly ConsumerProgress _progress;
    private readonly OpenBatch _open;
    private readonly RecordClock _clock;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly PartitionStarts _starts;
    private readonly AutoResetEvent _room = new(false);
    private readonly BlockingCollection<SealedBatch> _sealed = new(boundedCapacity: 1);

    private readonly Dictionary<int, long> _ends = [];

    private CancellationToken _stopping;
    private long _epoch;
    private bool _rebalanced;
    private bool _paused;
    private volatile bool _isAsked;
    private TimeSpan _waited;

    /// <param name="config">Addresses, security and the group; what correctness needs is set here, over it.</param>
    public ContentConsumer(
        ConsumerConfig config,
        string topic,
        IngestOptions options,
        InFlightBatches inFlight,
        DuplicateWindow window,
        ConsumerProgress progress,
        TimeProvider time,
        ILogger<ContentConsumer> log)
    {
        _topic = topic;
        _time = time;
        _log = log;
        _inFlight = inFlight;
        _window = window;
        _progress = progress;
        _open = new(options, time);
        _clock = new(topic, time, log);
        _consumer = new ConsumerBuilder<byte[], byte[]>(ConsumerSettings.For(config, options))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnLost("revoked", partitions))
            .SetPartitionsLostHandler((_, partitions) => OnLost("lost", partitions))
            .SetErrorHandler((_, error) => IngestLog.ClientError(_log, "consumer", error.Code.ToString(), error.Reason))
            .SetLogHandler((_, message) => IngestLog.Client(_log, message.Name, message.Message))
            .Build();
        _starts = new(_consumer, time, log);
    }

    /// <summary>Waits for the next sealed batch, on the caller's own thread; null when the consumer has stopped feeding.</summary>
    public SealedBatch? Take(CancellationToken cancellation)
    {
        _isAsked = true;
        _room.Set();
        var isTaken = _sealed.TryTake(out var batch, Timeout.Infinite, cancellation);
        _isAsked = false;
        _room.Set();
        return isTaken ? batch : null;
    }

    /// <summary>
    /// Polls, on the caller's own thread. <paramref name="stopping"/> ends the feeding; the consumer stays in its group until
    /// <paramref name="drained"/>, so that what is under way can commit, and then leaves it.
    /// </summary>
    public void Run(CancellationToken stopping, CancellationToken drained)
    {
        _stopping = stopping;
        try
        {
            using var wake = stopping.Register(() => _room.Set());
            _consumer.Subscribe(_topic);
            Feed();
            _sealed.CompleteAdding();
            Pause();
            while (!drained.IsCancellationRequested)
            {
                _open.Clear();
                KeepMembership(IdleWait);
            }

            _consumer.Close();
        }
        finally
        {
            _sealed.CompleteAdding();
        }
    }

    /// <summary>Commits offsets outside of any transaction, from any thread: for `vigil bench`, which compares the two.</summary>
    public void CommitOffsets(IEnumerable<TopicPartitionOffset> offsets) => _consumer.Commit(offsets);

    public void Dispose()
    {
        _consumer.Dispose();
        _sealed.Dispose();
        _room.Dispose();
    }

    private void Feed()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Step();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped while it waited for offsets: there is nothing of it to undo.
        }
    }

    private void Step()
    {
        if (_inFlight.Epoch != _epoch)
        {
            Rewind();
        }

        if (_rebalanced)
        {
            // On this thread and after the handlers: the batches are stripped, so the new generation speaks for the rest.
            _rebalanced = false;
            _inFlight.Reseal(_consumer.ConsumerGroupMetadata);
            // The client keeps the pause of a partition that goes and comes back, and knows none of a new one: alike again.
            if (_paused)
            {
                Pause();
            }
            else
            {
                _consumer.Resume(_consumer.Assignment);
            }
        }

        if (_open.IsFull && _sealed.Count > 0)
        {
            WaitForRoom();
            return;
        }

        _waited = TimeSpan.Zero;
        Resume();
        if (_open.IsDue && !MaySeal)
        {
            // What comes meanwhile is in the client's queue; to ask for it all the time would take a core from the models.
            _room.WaitOne(IdleWait);
        }

        if (!_open.IsFull)
        {
            Read(_open.IsEmpty ? IdleWait : _open.Patience);
        }

        if (MaySeal && !_rebalanced && _inFlight.Epoch == _epoch)
        {
            Seal();
        }
    }

    private bool MaySeal => _sealed.Count == 0 && (_open.IsFull || (_open.IsDue && _isAsked));

    private void Seal()
    {
        var batch = new SealedBatch(_open.Take(), _epoch, _consumer.ConsumerGroupMetadata, _time.GetTimestamp());
        _inFlight.Add(batch);
        _sealed.Add(batch);
        IngestTelemetry.Consumed(_topic, batch.Records.Count);
    }

    private void Read(TimeSpan patience)
    {
        _ends.Clear();
        if (Consume(patience) is { } first)
        {
            Accept(first);
            while (!_open.IsFull && _inFlight.Epoch == _epoch && Consume(TimeSpan.Zero) is { } next)
            {
                Accept(next);
            }
        }
    }

    private ConsumeResult<byte[], byte[]>? Consume(TimeSpan patience)
    {
        try
        {
            return _consumer.Consume(patience);
        }
        catch (ConsumeException fault) when (fault.Error.Code == ErrorCode.Local_AutoOffsetReset && fault.ConsumerRecord is { } at)
        {
            _starts.Recover(new TopicPartitionOffset(_topic, at.Partition, at.Offset), _stopping);
        }
        catch (ConsumeException fault) when (!fault.Error.IsFatal)
        {
            IngestLog.ClientError(_log, "consumer", fault.Error.Code.ToString(), fault.Error.Reason);
        }
        catch (KafkaException fault) when (fault.Error.IsFatal)
        {
            throw new WorkerStoppedException($"The consumer of {_topic} failed for good ({fault.Error.Code}): {fault.Error.Reason}", fault);
        }

        return null;
    }

    private void Accept(ConsumeResult<byte[], byte[]> result)
    {
        var message = result.Message;
        var time = _clock.Of(message.Timestamp);
        var partition = result.Partition.Value;
        _open.Add(new(partition, result.Offset, time, message.Key, message.Value, message.Headers ?? NoHeaders));
        _progress.Read(partition, result.Offset, time, EndOf(partition));
    }

    // Once for all that is taken at a time: the client knows it, behind a lock of its own.
    private long EndOf(int partition)
    {
        if (!_ends.TryGetValue(partition, out var end))
        {
            _ends[partition] = end = _consumer.GetWatermarkOffsets(new TopicPartition(_topic, partition)).High;
        }

        return end;
    }

    // Polls all along: a rebalance that is not noticed leaves the batches under way with the metadata of an ended generation.
    private void WaitForRoom()
    {
        var since = _time.GetTimestamp();
        var room = _room.WaitOne(IdleWait);
        IngestTelemetry.BufferWait.Record(_time.GetElapsedTime(since).TotalSeconds, IngestTelemetry.SealedBuffer);
        if (!room)
        {
            _waited += _time.GetElapsedTime(since);
            if (!_paused && _waited >= PauseAfter)
            {
                Pause();
                IngestLog.Paused(_log, _consumer.Assignment.Count);
            }

            KeepMembership(TimeSpan.Zero);
        }
    }

    // Polls for the callbacks. What is not paused yet may hand out a record: a few more than the batch was to have.
    private void KeepMembership(TimeSpan patience)
    {
        _ends.Clear();
        if (Consume(patience) is { } record)
        {
            Accept(record);
        }

        if (_rebalanced && _paused)
        {
            Pause();
        }
    }

    private void Pause()
    {
        _consumer.Pause(_consumer.Assignment);
        _paused = true;
    }

    private void Resume()
    {
        if (_paused)
        {
            _consumer.Resume(_consumer.Assignment);
            _paused = false;
        }
    }

    private void Rewind()
    {
        var epoch = _inFlight.Epoch;
        _open.Clear();
        _starts.SeekToCommitted(_stopping);
        _epoch = epoch;
        IngestLog.Rewound(_log, _consumer.Assignment.Count);
    }

    private void OnAssigned(List<TopicPartition> partitions)
    {
        _rebalanced = true;
        IngestTelemetry.Rebalances.Add(1, new KeyValuePair<string, object?>("kind", "assigned"));
        IngestLog.Assigned(_log, partitions.Count, string.Join(',', partitions.Select(partition => partition.Partition.Value)));
    }

    private void OnLost(string kind, List<TopicPartitionOffset> partitions)
    {
        var lost = partitions.Select(partition => partition.Partition.Value).ToHashSet();
        _rebalanced = true;
        _open.Strip(lost);
        _inFlight.Lose(lost);
        _window.Drop(lost);
        _progress.Forget(lost);
        IngestTelemetry.Rebalances.Add(1, new KeyValuePair<string, object?>("kind", kind));
        IngestLog.Lost(_log, kind, lost.Count, string.Join(',', lost));
    }
}
