namespace Vigil.Pipeline.Samples;

/// <summary>What most of a platform is: harmless talk in many languages, look-alikes of harm, grumbling and small advertising.</summary>
internal sealed class ChatterScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int Posts = 2_600;
    private const double EnglishShare = 0.45;

    private readonly Poster _poster = new(draw);
    private readonly Phrases _english = languages.Single(language => language.Language == "en");

    public void Play(Timeline timeline)
    {
        for (var i = 0; i < Posts; i++)
        {
            var at = draw.Share();
            var (rule, language) = draw.Between(0, 99) switch
            {
                < 4 => ("lookalike", _english),
                < 12 => ("grumble", _english),
                < 17 => ("promo", _english),
                _ => ("chatter", draw.Chance(EnglishShare) ? _english : draw.Of(languages)),
            };
            var post = _poster.WithReach(_poster.Post(at, Text(rule, language), language.Language));
            timeline.Add(at, new(post.ToRecord(_poster.AnyWording()), Expectation.ToBe(Expectation.Ranked)));
        }
    }

    // Some posts are longer than a sentence.
    private string Text(string rule, Phrases language) => draw.Chance(0.2)
        ? $"{language.Say(rule, draw)} {language.Say("chatter", draw)}"
        : language.Say(rule, draw);
}
