using Google.Protobuf.WellKnownTypes;
using Vigil.Contracts.Wire;

namespace Vigil.Pipeline.Samples;

/// <summary>Makes the posts of a small invented platform: ids, authors, surfaces, addresses and reach.</summary>
internal sealed class Poster(Draw draw)
{
    private static readonly string[] Surfaces = ["post", "post", "comment", "comment", "comment", "chat", "profile"];

    // The stream plays on an invented day; created_at is only shown, so it need not follow the clock.
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    /// <summary>A post of one text, not travelling far.</summary>
    public Content Post(double at, string text, string language)
    {
        var id = $"p{draw.Next():x16}"[..13];
        var content = new Content
        {
            Id = id,
            AuthorId = $"user-{draw.Between(1, 900):0000}",
            Surface = draw.Of(Surfaces),
            Url = $"https://social.example/{id}",
            Lang = language,
            CreatedAt = Timestamp.FromDateTimeOffset(Day.AddSeconds(Math.Floor(at * 86_400))),
        };
        content.Parts.Add(new Part { Text = text });
        return content;
    }

    /// <summary>Gives a post the reach that most posts have: none known, or a little, now and then much.</summary>
    public Content WithReach(Content content)
    {
        if (draw.Chance(0.45))
        {
            content.Reach = new() { ViewsPerHour = Math.Round(Math.Exp(draw.Share() * 5.5)), Followers = draw.Between(0, 4_000) };
        }

        return content;
    }

    /// <summary>Gives a post the reach of one that is being shared widely.</summary>
    public Content GoingRound(Content content)
    {
        content.Reach = new() { ViewsPerHour = draw.Between(20_000, 90_000), Followers = draw.Between(5_000, 200_000) };
        return content;
    }

    public Wording AnyWording() => draw.Between(0, 9) switch { < 6 => Wording.CamelCaseJson, < 8 => Wording.SnakeCaseJson, _ => Wording.Protobuf };
}
