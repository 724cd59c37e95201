using System.Text;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Content = Vigil.Contracts.Wire.Content;

namespace Vigil.Pipeline.Samples;

/// <summary>Records that no worker can take, for every reason of a rejection.</summary>
internal sealed class BrokenScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int OfEach = 3;
    private const int OverRecordLimit = 5_300_000;

    private readonly Poster _poster = new(draw);
    private readonly Phrases _english = languages.Single(language => language.Language == "en");

    public void Play(Timeline timeline)
    {
        (string Reason, Func<Content, StreamRecord> Break)[] faults =
        [
            (RejectReason.Undecodable, RandomBytes),
            (RejectReason.Undecodable, CutJson),
            (RejectReason.Undecodable, CutProtobuf),
            (RejectReason.Undecodable, WrongType),
            (RejectReason.Undecodable, NumberTooLarge),
            (RejectReason.Undecodable, NotAnObject),
            (RejectReason.EmptyValue, post => StreamRecord.Of(post.Id, [])),
            (RejectReason.Schema, post => post.ToRecord(Wording.Protobuf).With(WireHeaders.Schema, "Content/2")),
            (RejectReason.Schema, post => post.ToRecord(Wording.CamelCaseJson).With(WireHeaders.Schema, "Comment/1")),
            (RejectReason.RegistryFrame, post => StreamRecord.Of(post.Id, [0, 0, 0, 0, 7, 0, .. post.ToByteArray()])),
            (RejectReason.NoId, NoIdNoKey),
            (RejectReason.NoId, _ => StreamRecord.Of(null, null)),
            (RejectReason.IdTooLong, post => WithId(post, post.Id.PadRight(257, 'x'))),
            (RejectReason.IdTooLong, post => WithId(post, new string('\u20AC', 86))),
            (RejectReason.KeyMismatch, post => post.ToRecord(Wording.CamelCaseJson) with { Key = Encoding.UTF8.GetBytes($"{post.Id}-other") }),
            (RejectReason.Empty, NoParts),
            (RejectReason.Empty, EmptyText),
            (RejectReason.TooManyParts, TooManyParts),
        ];
        foreach (var (reason, fault) in faults)
        {
            for (var i = 0; i < OfEach; i++)
            {
                Add(timeline, fault, reason);
            }
        }

        Add(timeline, TextTooLong, RejectReason.TextTooLong);
        Add(timeline, TextTooLong, RejectReason.TextTooLong);
        Add(timeline, post => post.ToRecord(Wording.CamelCaseJson), RejectReason.RecordTooLarge, OverRecordLimit);
        Add(timeline, post => post.ToRecord(Wording.SnakeCaseJson), RejectReason.RecordTooLarge, OverRecordLimit);
    }

    private void Add(Timeline timeline, Func<Content, StreamRecord> fault, string reason, int paddedTo = 0)
    {
        var at = draw.Share();
        var post = _poster.Post(at, _english.Say("chatter", draw), "en");
        timeline.Add(at, new(fault(post), Expectation.ToBeRejected(reason), paddedTo));
    }

    // Field number 0 is never valid protobuf, whatever follows.
    private StreamRecord RandomBytes(Content post) => StreamRecord.Of(post.Id, [0x07, .. Enumerable.Range(0, draw.Between(8, 200)).Select(_ => (byte)draw.Between(0, 255))]);

    private StreamRecord CutJson(Content post)
    {
        var json = post.Spell(Wording.CamelCaseJson);
        return StreamRecord.Of(post.Id, json[..draw.Between(1, json.Length - 2)]);
    }

    private StreamRecord CutProtobuf(Content post)
    {
        // Ends inside the id: the first field, two bytes of tag and length before it.
        return StreamRecord.Of(post.Id, post.ToByteArray()[..draw.Between(3, 10)]);
    }

    private static StreamRecord WrongType(Content post) => Json(post.Id, $$"""{"id":"{{post.Id}}","parts":7}""");

    private static StreamRecord NumberTooLarge(Content post) => Json(post.Id, $$"""{"id":"{{post.Id}}","revision":99999999999999999999,"parts":[{"text":"x"}]}""");

    private static StreamRecord NotAnObject(Content post) => Json(post.Id, """["an","array"]""").With(WireHeaders.ContentType, WireHeaders.Json);

    private static StreamRecord NoIdNoKey(Content post)
    {
        post.Id = "";
        return post.ToRecord(Wording.CamelCaseJson) with { Key = null };
    }

    private static StreamRecord WithId(Content post, string id)
    {
        post.Id = id;
        return post.ToRecord(Wording.SnakeCaseJson);
    }

    private static StreamRecord NoParts(Content post)
    {
        post.Parts.Clear();
        return post.ToRecord(Wording.Protobuf);
    }

    private static StreamRecord EmptyText(Content post)
    {
        post.Parts[0].Text = "";
        post.Parts.Add(new Part { Text = "" });
        return post.ToRecord(Wording.CamelCaseJson);
    }

    private StreamRecord TooManyParts(Content post)
    {
        while (post.Parts.Count < 65)
        {
            post.Parts.Add(new Part { Text = _english.Say("aside", draw) });
        }

        return post.ToRecord(Wording.CamelCaseJson);
    }

    private StreamRecord TextTooLong(Content post)
    {
        post.Parts[0].Text = string.Concat(Enumerable.Repeat(post.Parts[0].Text + " ", (100_001 / (post.Parts[0].Text.Length + 1)) + 1))[..100_001];
        return post.ToRecord(Wording.CamelCaseJson);
    }

    private static StreamRecord Json(string id, string json) => StreamRecord.Of(id, Encoding.UTF8.GetBytes(json));
}
