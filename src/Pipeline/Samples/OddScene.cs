using System.Text;
using Google.Protobuf.WellKnownTypes;
using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Samples;

/// <summary>Records that look wrong and are right: each must be ranked like any other.</summary>
internal sealed class OddScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int OfEach = 4;

    private readonly Poster _poster = new(draw);
    private readonly Phrases _english = languages.Single(language => language.Language == "en");

    public void Play(Timeline timeline)
    {
        Func<Content, StreamRecord>[] oddities =
        [
            InvalidUtf8, ControlCharacters, BidiAndZeroWidth, LookAlikeLetters, OldTime, FarTime, NegativeNumbers, HeaderTwice, UnknownFields,
            NoKey, SixtyFourParts, LongestId, NamedJson, Schema,
        ];
        foreach (var oddity in oddities)
        {
            for (var i = 0; i < OfEach; i++)
            {
                Add(timeline, oddity);
            }
        }

        Add(timeline, LongestText);
        Add(timeline, LongestText);
    }

    private void Add(Timeline timeline, Func<Content, StreamRecord> oddity)
    {
        var at = draw.Share();
        var post = _poster.Post(at, _english.Say("chatter", draw), "en");
        timeline.Add(at, new(oddity(post), Expectation.ToBe(Expectation.Ranked)));
    }

    private static StreamRecord InvalidUtf8(Content post)
    {
        post.Parts[0].Text += " caf#";
        var bytes = post.Spell(Wording.CamelCaseJson);
        // A lone Latin-1 byte where UTF-8 wants two.
        bytes[Array.LastIndexOf(bytes, (byte)'#')] = 0xE9;
        return StreamRecord.Of(post.Id, bytes);
    }

    private static StreamRecord ControlCharacters(Content post) => WithText(post, $"{post.Parts[0].Text}\0\u0007\u001B[31m\u007F");

    private static StreamRecord BidiAndZeroWidth(Content post) =>
        WithText(post, $"\u202E{post.Parts[0].Text}\u202C {string.Join('\u200B', "spaced out".ToCharArray())}\uFEFF");

    private static StreamRecord LookAlikeLetters(Content post) =>
        WithText(post, post.Parts[0].Text.Replace('a', '\u0430').Replace('e', '\u0435').Replace('o', '\u03BF'));

    private static StreamRecord OldTime(Content post)
    {
        post.CreatedAt = new Timestamp();
        return post.ToRecord(Wording.CamelCaseJson);
    }

    private static StreamRecord FarTime(Content post)
    {
        post.CreatedAt = Timestamp.FromDateTimeOffset(new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return post.ToRecord(Wording.SnakeCaseJson);
    }

    private static StreamRecord NegativeNumbers(Content post)
    {
        post.Reach = new() { Views = -1, ViewsPerHour = -2.5, Followers = -7 };
        post.Reports = -3;
        return post.ToRecord(Wording.CamelCaseJson);
    }

    private static StreamRecord HeaderTwice(Content post) =>
        post.ToRecord(Wording.CamelCaseJson).With(WireHeaders.ContentType, "application/x-protobuf").With(WireHeaders.ContentType, WireHeaders.Json);

    private static StreamRecord UnknownFields(Content post)
    {
        var json = Encoding.UTF8.GetString(post.Spell(Wording.CamelCaseJson));
        return StreamRecord.Of(post.Id, Encoding.UTF8.GetBytes($$"""{ "colour": "green", "layout": { "columns": [1, 2] }, {{json[1..]}}"""));
    }

    private static StreamRecord NoKey(Content post) => post.ToRecord(Wording.CamelCaseJson) with { Key = null };

    private StreamRecord SixtyFourParts(Content post)
    {
        while (post.Parts.Count < 64)
        {
            post.Parts.Add(new Part { Text = _english.Say("aside", draw) });
        }

        return post.ToRecord(Wording.Protobuf);
    }

    private static StreamRecord LongestId(Content post)
    {
        post.Id = post.Id.PadRight(256, 'x');
        return post.ToRecord(Wording.CamelCaseJson);
    }

    private StreamRecord LongestText(Content post) => WithText(post, TextOf(100_000));

    private static StreamRecord NamedJson(Content post) => post.ToRecord(Wording.SnakeCaseJson).With(WireHeaders.ContentType, "application/json; charset=utf-8");

    private StreamRecord Schema(Content post) =>
        post.ToRecord(Wording.Protobuf).With(WireHeaders.Schema, "Content/1").With(WireHeaders.TraceParent, $"00-{draw.Next():x16}{draw.Next():x16}-00f067aa0ba902b7-01");

    private string TextOf(int characters)
    {
        var text = new StringBuilder(characters + 200);
        while (text.Length < characters)
        {
            text.Append(_english.Say("chatter", draw)).Append(' ');
        }

        return text.ToString(0, characters);
    }

    private static StreamRecord WithText(Content post, string text)
    {
        post.Parts[0].Text = text;
        return post.ToRecord(Wording.CamelCaseJson);
    }
}
