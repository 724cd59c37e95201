using System.Text;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using static Vigil.Ingest.Tests.TestRecords;
using Disposition = Vigil.Contracts.Disposition;
using RankedItem = Vigil.Contracts.RankedItem;

namespace Vigil.Ingest.Tests.Outcomes;

public sealed class OutcomeMessagesTests
{
    private const string Trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
    private static readonly Topics Topics = new("t.");
    private readonly OutcomeMessages _messages = new(Topics, "topic-uuid");

    [Fact]
    public void Of_Rejected_IsADeadLetterWithTheOriginalBytesAndAStatus()
    {
        byte[] value = [0x00, 0xFF, 0x17, 0x80];
        var record = new ConsumedRecord(3, 42, Noon, [0xFE, 0x01], value, new() { { "a", [1] }, { "a", [2] }, { "vigil-reason", "mine"u8.ToArray() } });
        var outcome = new RecordOutcome(ContentDecoder.Decode(record), Disposition.Rejected, null);

        var messages = _messages.Of(outcome, Trace).ToArray().ToDictionary(one => one.Place.Topic, one => one.Message);

        var letter = messages[Topics.DeadLetters];
        Assert.Same(record.Key, letter.Key);
        Assert.Same(value, letter.Value);
        Assert.Equal(["a", "a", "vigil-reason"], letter.Headers.Take(3).Select(header => header.Key));
        Assert.Equal([1], letter.Headers[0].GetValueBytes());
        Assert.Equal(("registry_frame", "decode", "t.content", "topic-uuid", "3", "42"), (
            Last(letter.Headers, WireHeaders.Reason), Last(letter.Headers, WireHeaders.Stage), Last(letter.Headers, WireHeaders.SourceTopic),
            Last(letter.Headers, WireHeaders.SourceTopicId), Last(letter.Headers, WireHeaders.SourcePartition), Last(letter.Headers, WireHeaders.SourceOffset)));
        var status = StatusEvent.Parser.ParseFrom(messages[Topics.Status].Value);
        Assert.Equal((Contracts.Wire.Disposition.Rejected, "registry_frame", 42L, "topic-uuid"), (status.Disposition, status.Reason, status.Source.Offset, status.Source.TopicId));
        Assert.Equal(StatusEvent.Types.Kind.Disposition, status.Kind);
        Assert.False(messages.ContainsKey(Topics.Ranked));
    }

    [Fact]
    public void Of_RecordWithoutId_IsKeyedByNothing()
    {
        var outcome = new RecordOutcome(ContentDecoder.Decode(Record(null, null)), Disposition.Rejected, null);

        Assert.All(_messages.Of(outcome, Trace).ToArray(), one => Assert.Null(one.Message.Key));
    }

    [Fact]
    public void Of_Withdrawn_IsRankedAndStatusUnderTheId()
    {
        var decoded = ContentDecoder.Decode(Record("a", null, 1, 5));
        var ranked = new RankedItem { Disposition = Disposition.Withdrawn, ContentId = "a", Version = decoded.Version, Source = new("topic-uuid", 1, 5, Noon) };

        var messages = _messages.Of(new(decoded, Disposition.Withdrawn, ranked), Trace).ToArray();

        Assert.Equal([Topics.Ranked, Topics.Status], messages.Select(one => one.Place.Topic));
        Assert.All(messages, one => Assert.Equal("a"u8.ToArray(), one.Message.Key));
        Assert.All(messages, one => Assert.Equal(Trace, Last(one.Message.Headers, WireHeaders.TraceParent)));
        Assert.Equal("RankedItem/1", Last(messages[0].Message.Headers, WireHeaders.Schema));
        Assert.Equal("StatusEvent/1", Last(messages[1].Message.Headers, WireHeaders.Schema));
    }

    [Fact]
    public void Of_NextOutcome_HasItsOwnBytes()
    {
        var first = Withdrawn("a", 5);
        var alone = new OutcomeMessages(Topics, "topic-uuid").Of(first, Trace).ToArray().Select(one => one.Message.Value.ToArray()).ToList();

        // As long as the first in every field: the same arrays hold it.
        _messages.Of(Withdrawn("b", 6), Trace);
        var again = _messages.Of(first, Trace).ToArray();

        Assert.Equal(alone, again.Select(one => one.Message.Value));
        Assert.All(again, one => Assert.Equal("a"u8.ToArray(), one.Message.Key));
    }

    private static RecordOutcome Withdrawn(string id, long offset)
    {
        var decoded = ContentDecoder.Decode(Record(id, null, 1, offset));
        return new(decoded, Disposition.Withdrawn, new RankedItem { Disposition = Disposition.Withdrawn, ContentId = id, Version = decoded.Version, Source = new("topic-uuid", 1, offset, Noon) });
    }

    private static string Last(Confluent.Kafka.Headers headers, string name) => Encoding.UTF8.GetString(headers.GetLastBytes(name));
}
