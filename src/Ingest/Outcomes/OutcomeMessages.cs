using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Ingest;

/// <summary>An outcome as Kafka messages: always a status, a ranked item where there is one, a dead letter for a rejection.</summary>
public sealed class OutcomeMessages(Topics topics, string topicId)
{
    private static readonly byte[] StatusSchema = WireHeaders.SchemaOf(StatusEvent.Descriptor.Name);
    private static readonly byte[] RankedSchema = WireHeaders.SchemaOf(Contracts.Wire.RankedItem.Descriptor.Name);
    private static readonly byte[] DecodeStage = "decode"u8.ToArray();

    /// <summary>What stands in the account: <c>kind = disposition</c>.</summary>
    public IEnumerable<(string Topic, Message<byte[], byte[]> Message)> Of(RecordOutcome outcome, string traceParent) =>
        Of(outcome, traceParent, StatusEvent.Types.Kind.Disposition);

    /// <summary>An item ranked once more, outside the account: <c>kind = reranked</c>.</summary>
    public IEnumerable<(string Topic, Message<byte[], byte[]> Message)> Reranked(RecordOutcome outcome, string traceParent) =>
        Of(outcome with { Ranked = outcome.Ranked! with { Reranked = true } }, traceParent, StatusEvent.Types.Kind.Reranked);

    private IEnumerable<(string Topic, Message<byte[], byte[]> Message)> Of(RecordOutcome outcome, string traceParent, StatusEvent.Types.Kind kind)
    {
        var trace = Encoding.ASCII.GetBytes(traceParent);
        var key = Key(outcome.Decoded.ContentId);
        if (outcome.Ranked is { } ranked)
        {
            yield return (topics.Ranked, Message(key!, ranked.ToWire().ToByteArray(), RankedSchema, trace));
        }

        if (outcome.Disposition == Disposition.Rejected)
        {
            yield return (topics.DeadLetters, DeadLetter(outcome.Decoded, trace));
        }

        yield return (topics.Status, Message(key!, Status(outcome, kind).ToByteArray(), StatusSchema, trace));
    }

    private StatusEvent Status(RecordOutcome outcome, StatusEvent.Types.Kind kind) => new()
    {
        ContentId = outcome.Decoded.ContentId,
        Revision = outcome.Decoded.Version.Revision,
        Kind = kind,
        Disposition = (Contracts.Wire.Disposition)outcome.Disposition,
        Reason = outcome.Disposition == Disposition.Rejected ? outcome.Decoded.Reason : "",
        Queue = outcome.Queue,
        Risk = outcome.Ranked?.Ranking?.Risk ?? 0,
        Source = new Contracts.SourceRecord(topicId, outcome.Record.Partition, outcome.Record.Offset, outcome.Record.Time).ToWire(),
    };

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

    private static Message<byte[], byte[]> Message(byte[] key, byte[] value, byte[] schema, byte[] trace) => new()
    {
        Key = key,
        Value = value,
        Headers = new Headers { { WireHeaders.Schema, schema }, { WireHeaders.TraceParent, trace } },
    };

    // A record without an id has no key to stand under.
    private static byte[]? Key(string contentId) => contentId.Length == 0 ? null : Encoding.UTF8.GetBytes(contentId);

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
}
