using System.Text;

namespace Vigil.Pipeline.Samples;

/// <summary>Spam waves: one message, sent by many accounts within minutes, each copy changed a little.</summary>
internal sealed class SpamWaveScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int Waves = 5;
    private const int CopiesOfEach = 40;
    private const double Length = 0.04;

    private static readonly string[] Tails = ["", " !!", " \U0001F525", " \U0001F4B0\U0001F4B0", " ...", " pls share", " (real)", " \u2705"];

    private readonly Poster _poster = new(draw);
    private readonly Phrases _english = languages.Single(language => language.Language == "en");

    public void Play(Timeline timeline)
    {
        for (var wave = 0; wave < Waves; wave++)
        {
            var start = draw.Share() * (1 - Length);
            var message = _english.Say("wave", draw);
            for (var copy = 0; copy < CopiesOfEach; copy++)
            {
                var at = start + (draw.Share() * Length);
                var post = _poster.WithReach(_poster.Post(at, Vary(message), "en"));
                timeline.Add(at, new(post.ToRecord(_poster.AnyWording()), Expectation.ToBe(Expectation.Ranked)));
            }
        }
    }

    private string Vary(string message)
    {
        var varied = new StringBuilder(message.Length + 8);
        foreach (var character in message)
        {
            varied.Append(character switch
            {
                'o' or 'O' when draw.Chance(0.05) => '0',
                ' ' when draw.Chance(0.03) => '\u00A0',
                'a' when draw.Chance(0.03) => '\u0430',
                _ when char.IsLetter(character) && draw.Chance(0.02) => char.ToUpperInvariant(character),
                _ => character,
            });
        }

        return varied.Append(draw.Of(Tails)).ToString();
    }
}
