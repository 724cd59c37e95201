using System.Buffers;

namespace Vigil.Contracts.Wire;

/// <summary>Between <c>Content</c> on the wire and <see cref="Contracts.Content"/>.</summary>
public static class ContentMapping
{
    private static readonly SearchValues<char> LoneSurrogates = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(i => (char)i)]);

    /// <summary>Maps a parsed message. Lone surrogates (JSON can write them) become U+FFFD, negative numbers absent.</summary>
    /// <param name="mostParts">More parts are left out: of millions of empty ones it is enough to see that they are too many.</param>
    public static Contracts.Content ToDomain(this Content wire, int mostParts = int.MaxValue) => new()
    {
        Id = WellFormed(wire.Id),
        Revision = Math.Max(0, wire.Revision),
        Deleted = wire.Deleted,
        CreatedAt = ToTime(wire.CreatedAt),
        Url = WellFormed(wire.Url),
        Surface = WellFormed(wire.Surface),
        AuthorId = WellFormed(wire.AuthorId),
        Lang = WellFormed(wire.Lang),
        Parts = ToDomain(wire.Parts, mostParts),
        Reach = wire.Reach is null ? Contracts.Reach.Unknown : new(
            Known(wire.Reach.Views),
            wire.Reach.ViewsPerHour > 0 && double.IsFinite(wire.Reach.ViewsPerHour) ? wire.Reach.ViewsPerHour : null,
            Known(wire.Reach.Followers)),
        Reports = Known(wire.Reports),
        Attributes = wire.Attributes.Count == 0 ? Contracts.Content.NoAttributes : new Dictionary<string, string>(wire.Attributes),
    };

    public static Content ToWire(this Contracts.Content content)
    {
        var wire = new Content
        {
            Id = content.Id,
            Revision = content.Revision,
            Deleted = content.Deleted,
            CreatedAt = content.CreatedAt is { } created ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(created) : null,
            Url = content.Url,
            Surface = content.Surface,
            AuthorId = content.AuthorId,
            Lang = content.Lang,
            Reports = content.Reports ?? 0,
        };
        wire.Parts.AddRange(content.Parts.Select(ToWire));
        if (content.Reach != Contracts.Reach.Unknown)
        {
            wire.Reach = new()
            {
                Views = content.Reach.Views ?? 0,
                ViewsPerHour = content.Reach.ViewsPerHour ?? 0,
                Followers = content.Reach.Followers ?? 0,
            };
        }

        wire.Attributes.Add(content.Attributes.ToDictionary());
        return wire;
    }

    public static ContentPart ToDomain(this Part part) => part.KindCase switch
    {
        Part.KindOneofCase.Image => new ImagePart(part.Image.Bytes.Memory, WellFormed(part.Image.Mime)),
        _ => new TextPart(WellFormed(part.Text)),
    };

    public static Part ToWire(this ContentPart part) => part switch
    {
        TextPart text => new Part { Text = text.Text },
        ImagePart image => new Part { Image = new() { Bytes = Google.Protobuf.ByteString.CopyFrom(image.Bytes.Span), Mime = image.Mime } },
        _ => throw new InvalidOperationException($"Unknown part {part.GetType().Name}. This is a bug."),
    };

    private static ContentPart[] ToDomain(Google.Protobuf.Collections.RepeatedField<Part> wire, int most)
    {
        var parts = new ContentPart[Math.Min(wire.Count, most)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = wire[i].ToDomain();
        }

        return parts;
    }

    // Proto3 cannot tell 0 from "not set"; for reach and reports both mean "nothing known of".
    private static long? Known(long value) => value > 0 ? value : null;

    private static DateTimeOffset? ToTime(Google.Protobuf.WellKnownTypes.Timestamp? time)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            // Out of range for a calendar date: shown as absent, never used for order.
            return null;
        }
    }

    private static string WellFormed(string text)
    {
        if (text.AsSpan().IndexOfAny(LoneSurrogates) < 0)
        {
            return text;
        }

        return string.Create(text.Length, text, static (target, source) =>
        {
            source.CopyTo(target);
            for (var i = 0; i < target.Length; i++)
            {
                if (char.IsHighSurrogate(target[i]) && i + 1 < target.Length && char.IsLowSurrogate(target[i + 1]))
                {
                    i++;
                }
                else if (char.IsSurrogate(target[i]))
                {
                    target[i] = '\uFFFD';
                }
            }
        });
    }
}
