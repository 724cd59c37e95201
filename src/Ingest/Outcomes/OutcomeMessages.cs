using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Ingest;

/// <summary>An outcome as Kafka messages: always a status, a ranked item where there is one, a dead letter for a rejection. For one thread.</summary>
public sealed class OutcomeMessages(Topics topics, string topicId)
{
    private static readonly byte[] StatusSchema = WireHeaders.SchemaOf(StatusEvent.Descriptor.Name);
    private static readonly byte[] RankedSchema = WireHeaders.SchemaOf(Contracts.Wire.RankedItem.Descriptor.Name);
    private static readonly byte[] DecodeStage = "decode"u8.ToArray();

    private readonly WireWriter _writer = new();
    private TraceHeaders? _last;

    /// <summary>What stands in the account: <c>kind = disposition</c>.</summary>
    public IEnumerable<(string Topic, Message<byte[], byte[]> Message)> Of(RecordOutcome outcome, string traceParent) =>
        Of(outcome, traceParent, StatusEvent.Types.Kind.Disposition);

    /// <summary>An item ranked once more, outside the account: <c>kind = reranked</c>.</summary>
    public IEnumerable<(string Topic, Message<byte[], byte[]> Message)> Reranked(RecordOutcome outcome, string traceParent) =>
        Of(outcome with { Ranked = outcome.Ranked! with { Reranked = true } }, traceParent, StatusEvent.Types.Kind.Reranked);

    private IEnumerable<(string Topic, Message<byte[], byte[]> Message)> Of(RecordOutcome outcome, string traceParent, StatusEvent.Types.Kind kind)
    {
        var headers = HeadersOf(traceParent);
        var key = Key(outcome.Decoded.ContentId);
        if (outcome.Ranked is { } ranked)
        {
            yield return (topics.Ranked, new() { Key = key!, Value = ranked.Write(_writer), Headers = headers.OfRanked });
        }

        if (outcome.Disposition == Disposition.Rejected)
        {
            yield return (topics.DeadLetters, DeadLetter(outcome.Decoded, headers.Trace));
        }

        yield return (topics.Status, new() { Key = key!, Value = Status(outcome, kind), Headers = headers.OfStatus });
    }

    // The outcomes of a batch mostly continue one trace, and Kafka's client only reads what it is given.
    private TraceHeaders HeadersOf(string traceParent)
    {
        var last = _last;
        if (last?.TraceParent != traceParent)
        {
            var trace = Encoding.ASCII.GetBytes(traceParent);
            _last = last = new(
                traceParent,
                trace,
                new() { { WireHeaders.Schema, RankedSchema }, { WireHeaders.TraceParent, trace } },
                new() { { WireHeaders.Schema, StatusSchema }, { WireHeaders.TraceParent, trace } });
        }

        return last;
    }

    private byte[] Status(RecordOutcome outcome, StatusEvent.Types.Kind kind)
    {
        _writer.Clear();
        _writer.Text(StatusEvent.ContentIdFieldNumber, outcome.Decoded.ContentId);
        _writer.Number(StatusEvent.RevisionFieldNumber, outcome.Decoded.Version.Revision);
        _writer.Number(StatusEvent.KindFieldNumber, (int)kind);
        _writer.Number(StatusEvent.DispositionFieldNumber, (int)outcome.Disposition);
        _writer.Text(StatusEvent.ReasonFieldNumber, outcome.Disposition == Disposition.Rejected ? outcome.Decoded.Reason : "");
        _writer.Text(StatusEvent.QueueFieldNumber, outcome.Queue);
        _writer.Real(StatusEvent.RiskFieldNumber, outcome.Ranked?.Ranking?.Risk ?? 0);
        new Contracts.SourceRecord(topicId, outcome.Record.Partition, outcome.Record.Offset, outcome.Record.Time).Write(_writer, StatusEvent.SourceFieldNumber);
        return _writer.ToArray();
    }

    private Message<byte[], byte[]> DeadLetter(DecodedRecord decoded, byte[] trace)
    {
        var record = decoded.Record;
        var headers = new Headers();
        foreach (var header in record.Headers)
        {
            headers.Add(header.Key, header.GetValueBytes());
        }

        headers.Add(WireHeaders.Reason, Encoding.UTF8.GetBytes(decoded.Reason));
        headers.Add(WireHeaders.Stage, DecodeStage);
        headers.Add(WireHeaders.SourceTopic, Encoding.UTF8.GetBytes(topics.Content));
        headers.Add(WireHeaders.SourceTopicId, Encoding.ASCII.GetBytes(topicId));
        headers.Add(WireHeaders.SourcePartition, Number(record.Partition));
        headers.Add(WireHeaders.SourceOffset, Number(record.Offset));
        if (!record.Headers.TryGetLastBytes(WireHeaders.TraceParent, out _))
        {
            headers.Add(WireHeaders.TraceParent, trace);
        }

        return new() { Key = record.Key!, Value = record.Value!, Headers = headers };
    }

    // A record without an id has no key to stand under.
    private static byte[]? Key(string contentId) => contentId.Length == 0 ? null : Encoding.UTF8.GetBytes(contentId);

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private sealed record TraceHeaders(string TraceParent, byte[] Trace, Headers OfRanked, Headers OfStatus);
}
