using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Ingest;

/// <summary>A message and where it goes: a topic, any partition.</summary>
public readonly record struct OutcomeMessage(TopicPartition Place, Message<byte[], byte[]> Message);

/// <summary>
/// An outcome as Kafka messages: always a status, a ranked item where there is one, a dead letter for a rejection. Messages and
/// their bytes are valid until the next call: the client has copied them when Produce returns. For one thread.
/// </summary>
public sealed class OutcomeMessages(Topics topics, string topicId)
{
    private static readonly byte[] StatusSchema = WireHeaders.SchemaOf(StatusEvent.Descriptor.Name);
    private static readonly byte[] RankedSchema = WireHeaders.SchemaOf(Contracts.Wire.RankedItem.Descriptor.Name);
    private static readonly byte[] DecodeStage = "decode"u8.ToArray();

    private readonly WireWriter _writer = new();
    private readonly ExactBlocks _keys = new();
    private readonly ExactBlocks _rankedItems = new();
    private readonly ExactBlocks _statuses = new();
    private readonly OutcomeMessage _ranked = new(Any(topics.Ranked), new());
    private readonly OutcomeMessage _status = new(Any(topics.Status), new());
    private readonly OutcomeMessage[] _messages = new OutcomeMessage[2];
    private TraceHeaders? _last;

    /// <summary>What stands in the account: <c>kind = disposition</c>.</summary>
    public ReadOnlySpan<OutcomeMessage> Of(RecordOutcome outcome, string traceParent) => Of(outcome, traceParent, StatusEvent.Types.Kind.Disposition);

    /// <summary>An item ranked once more, outside the account: <c>kind = reranked</c>.</summary>
    public ReadOnlySpan<OutcomeMessage> Reranked(RecordOutcome outcome, string traceParent) =>
        Of(outcome with { Ranked = outcome.Ranked! with { Reranked = true } }, traceParent, StatusEvent.Types.Kind.Reranked);

    private ReadOnlySpan<OutcomeMessage> Of(RecordOutcome outcome, string traceParent, StatusEvent.Types.Kind kind)
    {
        var headers = HeadersOf(traceParent);
        var key = Key(outcome.Decoded.ContentId);
        var count = 0;
        if (outcome.Ranked is { } ranked)
        {
            _messages[count++] = Filled(_ranked, key, _rankedItems.Copy(ranked.Write(_writer)), headers.OfRanked);
        }

        if (outcome.Disposition == Disposition.Rejected)
        {
            _messages[count++] = new(Any(topics.DeadLetters), DeadLetter(outcome.Decoded, headers.Trace));
        }

        _messages[count++] = Filled(_status, key, _statuses.Copy(Status(outcome, kind)), headers.OfStatus);
        return _messages.AsSpan(0, count);
    }

    private static TopicPartition Any(string topic) => new(topic, Partition.Any);

    private static OutcomeMessage Filled(OutcomeMessage message, byte[]? key, byte[] value, Headers headers)
    {
        (message.Message.Key, message.Message.Value, message.Message.Headers) = (key!, value, headers);
        return message;
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

    private ReadOnlySpan<byte> Status(RecordOutcome outcome, StatusEvent.Types.Kind kind)
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
        return _writer.Written;
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
    private byte[]? Key(string contentId)
    {
        if (contentId.Length == 0)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[ContentDecoder.MaxIdBytes];
        return _keys.Copy(key[..Encoding.UTF8.GetBytes(contentId, key)]);
    }

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private sealed record TraceHeaders(string TraceParent, byte[] Trace, Headers OfRanked, Headers OfStatus);
}
