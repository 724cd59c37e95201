namespace Vigil.Pipeline.Samples;

/// <summary>
/// Posts that break a policy, in invented words. The planted ones are blatant and are being shared widely, so they must
/// stand at the top of their queues; the others travel as far as any post.
/// </summary>
internal sealed class HarmScene(IReadOnlyList<Phrases> languages, Draw draw)
{
    private const int OrdinaryOfEach = 70;
    private const int PlantedOfEach = 8;

    // Policy and the rule that speaks of it.
    private static readonly (string Policy, string Rule)[] Policies =
    [
        ("hate", "hate"),
        ("harassment", "harassment"),
        ("violence", "violence"),
        ("self_harm", "self_harm"),
        ("sexual", "sexual"),
        ("spam_scam", "spam"),
        ("profanity", "profanity"),
    ];

    private readonly Poster _poster = new(draw);
    private readonly Phrases _english = languages.Single(language => language.Language == "en");

    public void Play(Timeline timeline)
    {
        foreach (var (policy, rule) in Policies)
        {
            var speakers = languages.Where(language => language.Has(rule)).ToList();
            for (var i = 0; i < OrdinaryOfEach; i++)
            {
                var at = draw.Share();
                var language = draw.Chance(0.7) ? _english : draw.Of(speakers);
                var post = _poster.WithReach(_poster.Post(at, language.Say(rule, draw), language.Language));
                timeline.Add(at, new(post.ToRecord(_poster.AnyWording()), Expectation.ToBe(Expectation.Ranked)));
            }

            for (var i = 0; i < PlantedOfEach; i++)
            {
                var at = draw.Share();
                var post = _poster.GoingRound(_poster.Post(at, _english.Say(rule, draw), "en"));
                timeline.Add(at, new(post.ToRecord(_poster.AnyWording()), Expectation.ToBe(Expectation.Ranked) with { Planted = policy }));
            }
        }
    }
}
