using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Ingest;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Pipeline.Operation.Reranking;

/// <summary>
/// Ranks a range of <c>content</c> once more, beside running workers. Of each id only the version that counts is ranked, at
/// its own source position, so that the queue replaces scores and nothing else. Results and the mark of how far it came go
/// into one transaction each batch. One thread.
/// </summary>
internal sealed class Replay : IDisposable
{
    public const string ProducerName = "replay";

    private const int BatchRecords = 128;
    private const long BatchBytes = 16 * 1024 * 1024;

    /// <summary>How far the clocks of workers, which set the times on <c>status</c>, may be behind those of the brokers.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    private readonly IItemScorer? _scorer;
    private readonly string _topicId;
    private readonly OutcomeMessages _messages;
    private readonly CurrentVersions _current;
    private readonly TopicLog _content;
    private readonly TopicLog _status;
    private readonly ReplayMark _mark;
    private readonly FencedProducer? _producer;
    private readonly List<(DecodedRecord Decoded, Disposition Before)> _batch = [];
    private readonly Action<long>? _progress;
    private SortedDictionary<int, long> _statusRead = [];
    private long _batchBytes;
    private long _passed;

    /// <param name="scorer">Null: only counts what would be ranked.</param>
    /// <param name="topicId">Of <c>content</c>.</param>
    /// <param name="progress">Told how many records have been passed.</param>
    public Replay(KafkaClients clients, string topicId, IItemScorer? scorer, Action<long>? progress = null)
    {
        _scorer = scorer;
        _topicId = topicId;
        _progress = progress;
        _messages = new(clients.Topics, topicId);
        _current = new(topicId);
        _content = new(clients, clients.Topics.Content);
        _status = new(clients, clients.Topics.Status);
        _mark = new(clients);
        _producer = scorer is null ? null : new(clients, ProducerName);
    }

    public TopicLog Content => _content;

    public ReplayReport Report { get; } = new();

    /// <summary>What an earlier replay has left; null: nothing.</summary>
    public ReplayRange? Left() => _mark.Left(_content);

    /// <summary>Notes the range, so that it can be gone on with.</summary>
    public void Begin(ReplayRange range) => _mark.Begin(range, _content.Partitions);

    public void Run(ReplayRange range, CancellationToken cancellation)
    {
        ReadStatus(FirstTime(range, cancellation), cancellation);
        foreach (var partition in range.To.Keys.Order())
        {
            var from = range.From[partition];
            var to = range.To[partition];
            if (from < to)
            {
                _content.Read(
                    new Dictionary<int, long> { [partition] = from },
                    new Dictionary<int, long> { [partition] = to },
                    record => Take(record, mark: true, cancellation),
                    cancellation);
                Flush(_mark.At(partition, to), cancellation);
            }
        }

        if (_producer is not null)
        {
            Follow(cancellation);
        }
    }

    public void Dispose()
    {
        _producer?.Dispose();
        _mark.Dispose();
        _status.Dispose();
        _content.Dispose();
    }

    private DateTimeOffset? FirstTime(ReplayRange range, CancellationToken cancellation)
    {
        DateTimeOffset? first = null;
        foreach (var (partition, from) in range.From.Where(start => start.Value < range.To[start.Key]))
        {
            _content.Read(
                new Dictionary<int, long> { [partition] = from },
                new Dictionary<int, long> { [partition] = from + 1 },
                record => first = first is { } known && known <= Time(record) ? known : Time(record),
                cancellation);
        }

        return first;
    }

    /// <summary>Reads <c>status</c> on, as far as it is committed now.</summary>
    private void ReadStatus(DateTimeOffset? since, CancellationToken cancellation)
    {
        if (_statusRead.Count == 0)
        {
            _statusRead = since is { } time ? _status.At(time - ClockSkew) : _status.Beginnings();
        }

        var ends = _status.Ends();
        _status.Read(_statusRead, ends, _current.Apply, cancellation);
        _statusRead = ends;
    }

    private void Take(ConsumeResult<byte[]?, byte[]?> result, bool mark, CancellationToken cancellation)
    {
        _progress?.Invoke(++_passed);
        var position = new RecordPosition(result.Partition.Value, result.Offset.Value);
        var record = new ConsumedRecord(position.Partition, position.Offset, Time(result), result.Message.Key, result.Message.Value, result.Message.Headers);
        var decoded = ContentDecoder.Decode(record);
        if (_current.Of(decoded.ContentId) is not { } current || decoded.Kind == DecodedKind.Rejected)
        {
            Report.NotRanked++;
            return;
        }

        if (current.Position != position || !current.IsRanked || decoded.Kind != DecodedKind.Content)
        {
            Report.NotCurrent++;
            return;
        }

        // The time its worker gave it: on a topic with CreateTime that is in no other place.
        _batch.Add((decoded with { Record = record with { Time = DateTimeOffset.FromUnixTimeMilliseconds(current.TimeMs) } }, (Disposition)current.Disposition));
        _batchBytes += record.Size;
        if (_batch.Count >= BatchRecords || _batchBytes >= BatchBytes)
        {
            Flush(mark ? _mark.At(position.Partition, position.Offset + 1) : null, cancellation);
        }
    }

    private void Flush(TopicPartitionOffset? mark, CancellationToken cancellation)
    {
        if (_producer is null)
        {
            _batch.ForEach(one => Count(one.Before, one.Before));
        }
        else
        {
            var outcomes = Score(cancellation);
            // An edit or a deletion may have come while the models worked.
            ReadStatus(null, cancellation);
            var kept = outcomes.Where(one => IsCurrent(one.Outcome)).ToList();
            Report.NotCurrent += outcomes.Count - kept.Count;
            kept.ForEach(one => _current.Written(one.Outcome.Decoded.ContentId));
            var trace = TraceLink.Of(batch: null);
            _producer.Commit(kept.SelectMany(one => Messages(one.Outcome, trace)), mark is null ? null : [mark], mark is null ? null : _mark.Group);
            kept.ForEach(one => Count(one.Before, one.Outcome.Disposition));
        }

        _batch.Clear();
        _batchBytes = 0;
    }

    private bool IsCurrent(RecordOutcome outcome) =>
        _current.Of(outcome.Decoded.ContentId) is { IsRanked: true } current && current.Position == new RecordPosition(outcome.Record.Partition, outcome.Record.Offset);

    private List<(RecordOutcome Outcome, Disposition Before)> Score(CancellationToken cancellation)
    {
        if (_batch.Count == 0)
        {
            return [];
        }

        var clock = new StageClock(TimeProvider.System);
        var scored = Scored([.. _batch.Select(one => one.Decoded.Content!)], clock, cancellation);
        List<(RecordOutcome, Disposition)> outcomes = [];
        for (var i = 0; i < _batch.Count; i++)
        {
            if (scored[i] is { } item)
            {
                outcomes.Add((OutcomeOf.Content(_batch[i].Decoded, item, _topicId, clock.Timings), _batch[i].Before));
            }
            else
            {
                Report.Failed.Add(_batch[i].Decoded.ContentId);
            }
        }

        return outcomes;
    }

    /// <returns>One for each item; null: the models failed on it.</returns>
    private IReadOnlyList<ScoredItem?> Scored(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        try
        {
            return _scorer!.Score(items, clock, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException && items.Count > 1)
        {
            List<ScoredItem?> each = [.. items.Select(item => Scored([item], clock, cancellation)[0])];
            // The message may quote content; its type does not.
            return each.TrueForAll(item => item is null)
                ? throw new CommandFailedException($"The models fail on everything ({fault.GetType().Name}). Nothing of this batch was ranked again; vigil models verify checks the files.", fault)
                : each;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return [null];
        }
    }

    // Those of one outcome, to be produced before the next one is asked for.
    private (string Topic, Message<byte[]?, byte[]?> Message)[] Messages(RecordOutcome outcome, string trace)
    {
        var messages = _messages.Reranked(outcome, TraceLink.Continue(outcome.Record, trace));
        var nullable = new (string, Message<byte[]?, byte[]?>)[messages.Length];
        for (var i = 0; i < nullable.Length; i++)
        {
            var message = messages[i].Message;
            nullable[i] = (messages[i].Place.Topic, new() { Key = message.Key, Value = message.Value, Headers = message.Headers });
        }

        return nullable;
    }

    private void Count(Disposition before, Disposition after)
    {
        Report.Queued += after == Disposition.Queued ? 1 : 0;
        Report.Cleared += after == Disposition.Cleared ? 1 : 0;
        Report.QueuedToCleared += (before, after) == (Disposition.Queued, Disposition.Cleared) ? 1 : 0;
        Report.ClearedToQueued += (before, after) == (Disposition.Cleared, Disposition.Queued) ? 1 : 0;
    }

    /// <summary>
    /// A worker may have committed a newer version just before an older one was ranked again here. Where the newer one is
    /// cleared nobody may remember it, and the older one would come to a queue: so the newer one is ranked after it.
    /// </summary>
    private void Follow(CancellationToken cancellation)
    {
        var ends = _status.LastEnds();
        _status.Read(_statusRead, ends, _current.Apply, cancellation);
        _statusRead = ends;
        while (_current.TakeDisplacing() is { Count: > 0 } newer)
        {
            foreach (var position in newer)
            {
                _content.Read(
                    new Dictionary<int, long> { [position.Partition] = position.Offset },
                    new Dictionary<int, long> { [position.Partition] = position.Offset + 1 },
                    record => Take(record, mark: false, cancellation),
                    cancellation);
                Report.Followed++;
            }

            Flush(null, cancellation);
        }
    }

    private static DateTimeOffset Time(ConsumeResult<byte[]?, byte[]?> result) => DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs);
}
