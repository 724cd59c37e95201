using System.Diagnostics;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>A batch with the outcome of each of its records, ready to be committed.</summary>
/// <param name="Receive">The batch's span, if anybody listens; outputs without a publisher's trace continue it.</param>
public sealed record OutcomeBatch(SealedBatch Batch, IReadOnlyList<RecordOutcome> Outcomes, WindowOverlay Overlay, Activity? Receive);

/// <summary>
/// Results, status, dead letters and offsets of a batch in one Kafka transaction, one in flight. Blocking: it belongs on a
/// thread of its own. What it throws is fatal: the process must end and be started again.
/// </summary>
public sealed class OutcomeTransaction : IOutcomeSink
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(8);

    private readonly Topics _topics;
    private readonly string _transactionalId;
    private readonly InFlightBatches _inFlight;
    private readonly DuplicateWindow _window;
    private readonly ConsumerProgress _progress;
    private readonly OutcomeMessages _messages;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<IProducer<byte[], byte[]>> _open;
    private readonly TransactionCalls _calls;
    private readonly TimeSpan _timeout;
    private readonly Failpoint _failpoint = new(Failpoint.AfterFirstProduce);
    private IProducer<byte[], byte[]> _producer;
    private int _abortsInARow;

    /// <param name="config">Addresses, security and the transactional id; what correctness needs is set here, over it.</param>
    /// <param name="topicId">Of the content topic, as it goes into status events.</param>
    public OutcomeTransaction(
        ProducerConfig config,
        Topics topics,
        string topicId,
        IngestOptions options,
        InFlightBatches inFlight,
        DuplicateWindow window,
        ConsumerProgress progress,
        Watchdog watchdog,
        TimeProvider time,
        ILogger<OutcomeTransaction> log)
    {
        _topics = topics;
        _transactionalId = config.TransactionalId;
        _inFlight = inFlight;
        _window = window;
        _progress = progress;
        _messages = new(topics, topicId);
        _time = time;
        _log = log;
        _timeout = TimeSpan.FromSeconds(options.TransactionTimeoutSeconds);
        _open = () => new ProducerBuilder<byte[], byte[]>(ProducerSettings.For(config, options))
            .SetErrorHandler((_, error) => IngestLog.ClientError(_log, "producer", error.Code.ToString(), error.Reason))
            .SetLogHandler((_, message) => IngestLog.Client(_log, message.Name, message.Message))
            .Build();
        _producer = _open();
        _calls = new(_transactionalId, watchdog, TimeSpan.FromMinutes(options.KafkaPatienceMinutes), time);
    }

    /// <summary>Fences an earlier process of the same name and lets the broker end what it left open.</summary>
    public void Initialize()
    {
        _calls.Run("InitTransactions", () => _producer.InitTransactions(CallTimeout));
        IngestLog.Initialized(_log, _transactionalId);
    }

    /// <summary>Commits the batch, less the partitions lost since; after an abort the consumer rewinds by itself.</summary>
    /// <returns>False when nothing was committed.</returns>
    public bool Commit(OutcomeBatch computed)
    {
        var batch = computed.Batch;
        if (_inFlight.Begin(batch) is not { } seal)
        {
            return false;
        }

        var kept = new List<RecordOutcome>(computed.Outcomes.Count);
        kept.AddRange(computed.Outcomes.Where(outcome => !seal.Lost.Contains(outcome.Record.Partition)));
        if (kept.Count == 0)
        {
            _window.Commit(computed.Overlay);
            _inFlight.Finish(batch);
            return false;
        }

        var started = _time.GetTimestamp();
        var step = "begin";
        try
        {
            _calls.Run("BeginTransaction", _producer.BeginTransaction);
            step = "produce";
            _calls.RunOnce("Produce", () => Produce(kept, computed.Receive));
            ThrowIfLost(batch);
            step = "offsets";
            _calls.Run("SendOffsetsToTransaction", () => _producer.SendOffsetsToTransaction(Next(kept), seal.GroupMetadata, CallTimeout));
            ThrowIfLost(batch);
            step = "commit";
            using var timer = IngestTelemetry.Stage("commit");
            _calls.Run("CommitTransaction", () => _producer.CommitTransaction(CallTimeout));
        }
        catch (Exception fault) when (fault is PartitionLostException or KafkaException { Error.IsFatal: false } || IsOverdue(fault, started))
        {
            Abort(kept, step, fault, started);
            return false;
        }

        Learn(computed, kept, started);
        return true;
    }

    public void Dispose() => _producer.Dispose();

    private void Produce(List<RecordOutcome> outcomes, Activity? receive)
    {
        using var timer = IngestTelemetry.Stage("publish");
        var first = true;
        var trace = TraceLink.Of(receive);
        foreach (var outcome in outcomes)
        {
            foreach (var (place, message) in _messages.Of(outcome, TraceLink.Continue(outcome.Record, trace)))
            {
                Produce(place, message, outcome.Record);
                if (first && _failpoint.IsDue)
                {
                    _producer.Flush(CallTimeout);
                    Failpoint.Act();
                }

                first = false;
            }
        }
    }

    private void Produce(TopicPartition place, Message<byte[], byte[]> message, ConsumedRecord source)
    {
        while (true)
        {
            try
            {
                _producer.Produce(place, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Flush(TimeSpan.FromMilliseconds(100));
            }
            catch (ProduceException<byte[], byte[]> fault) when (fault.Error.Code is ErrorCode.MsgSizeTooLarge)
            {
                // Repeating would never end. Topics with the limits of design.md §3 leave room for every outcome.
                throw new WorkerStoppedException(
                    $"The outcome of partition {source.Partition}, offset {source.Offset} is too large for {place.Topic}. Check max.message.bytes: vigil topics list.", fault);
            }
        }
    }

    private void ThrowIfLost(SealedBatch batch)
    {
        if (_inFlight.MustAbort(batch))
        {
            throw new PartitionLostException();
        }
    }

    private void Abort(List<RecordOutcome> outcomes, string step, Exception fault, long started)
    {
        var reason = fault is KafkaException kafka ? kafka.Error.Code.ToString() : fault is PartitionLostException ? "partition_lost" : "timed_out";
        IngestTelemetry.TransactionAborts.Add(1, new KeyValuePair<string, object?>("reason", reason));
        IngestLog.Aborted(_log, step, reason);
        if (fault is WorkerStoppedException || !TryAbort(started))
        {
            Renew();
        }

        if (step == "commit")
        {
            // Whether it landed is not known: the committed offsets will tell, and the window must not guess.
            _window.Drop(outcomes.Select(outcome => outcome.Record.Partition).ToHashSet());
        }

        // What aborts again and again (a topic that refuses a record) must not spin.
        CancellationToken.None.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Min(2_000, 25 << Math.Min(_abortsInARow++, 8))));
        _inFlight.Discard(_window.Discard);
    }

    private bool TryAbort(long started)
    {
        try
        {
            _calls.Run("AbortTransaction", () => _producer.AbortTransaction(CallTimeout));
            return true;
        }
        catch (WorkerStoppedException fault) when (IsOverdue(fault, started))
        {
            return false;
        }
    }

    // Kafka was away for longer than a transaction may last. The broker ended this one, and fenced its producer by that:
    // it is not another worker of this name, or that one will be fenced by what follows, and say so.
    private bool IsOverdue(Exception fault, long started) =>
        fault is WorkerStoppedException { InnerException: KafkaException cause } && (cause.Error.IsFatal || TransactionCalls.IsFenced(cause)) && _time.GetElapsedTime(started) >= _timeout;

    private void Renew()
    {
        IngestLog.Renewed(_log, _transactionalId, _timeout.TotalSeconds);
        _calls.RunOnce("Dispose", _producer.Dispose);
        _producer = _open();
        Initialize();
    }

    private void Learn(OutcomeBatch computed, List<RecordOutcome> kept, long started)
    {
        _abortsInARow = 0;
        _window.Commit(computed.Overlay);
        _inFlight.Finish(computed.Batch);
        IngestTelemetry.TransactionDuration.Record(_time.GetElapsedTime(started).TotalSeconds);
        IngestTelemetry.Processed(_topics.Content, _time.GetElapsedTime(computed.Batch.SealedAt));
        IngestTelemetry.Sent(_topics.Status, kept.Count);
        IngestTelemetry.Sent(_topics.Ranked, kept.Count(outcome => outcome.Ranked is not null));
        IngestTelemetry.Sent(_topics.DeadLetters, kept.Count(outcome => outcome.Disposition == Disposition.Rejected));
        var now = _time.GetUtcNow();
        foreach (var outcome in kept)
        {
            _progress.Committed(outcome.Record.Partition, outcome.Record.Offset + 1, outcome.Record.Time);
            IngestTelemetry.ItemLatency.Record(Math.Max(0, (now - outcome.Record.Time).TotalSeconds));
            IngestTelemetry.Items.Add(
                1,
                new KeyValuePair<string, object?>("disposition", DispositionNames.Of(outcome.Disposition)),
                new KeyValuePair<string, object?>("queue", outcome.Queue));
            if (outcome.Disposition == Disposition.Rejected)
            {
                IngestTelemetry.DeadLetters.Add(1, new KeyValuePair<string, object?>("reason", outcome.Decoded.Reason));
            }
        }
    }

    private List<TopicPartitionOffset> Next(List<RecordOutcome> outcomes)
    {
        var next = new Dictionary<int, long>();
        foreach (var outcome in outcomes)
        {
            next[outcome.Record.Partition] = Math.Max(next.GetValueOrDefault(outcome.Record.Partition), outcome.Record.Offset + 1);
        }

        return [.. next.Select(partition => new TopicPartitionOffset(_topics.Content, partition.Key, partition.Value))];
    }

    private sealed class PartitionLostException : Exception;
}
