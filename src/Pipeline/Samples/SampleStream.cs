namespace Vigil.Pipeline.Samples;

/// <summary>
/// The stream of the demo: some thousands of events of an invented platform, the same for the same seed. Scenes draw from
/// streams of their own, so that changing one leaves the others as they are.
/// </summary>
internal static class SampleStream
{
    public const int DefaultSeed = 11;

    public static IReadOnlyList<Sample> Generate(int seed)
    {
        var languages = Phrases.LoadAll();
        var timeline = new Timeline();
        new ChatterScene(languages, Draw.For(seed, "chatter")).Play(timeline);
        new HarmScene(languages, Draw.For(seed, "harm")).Play(timeline);
        new SpamWaveScene(languages, Draw.For(seed, "waves")).Play(timeline);
        new RevisionScene(languages, Draw.For(seed, "revisions")).Play(timeline);
        new PictureScene(languages, Draw.For(seed, "pictures")).Play(timeline);
        new OddScene(languages, Draw.For(seed, "odd")).Play(timeline);
        new BrokenScene(languages, Draw.For(seed, "broken")).Play(timeline);
        return timeline.InOrder();
    }
}
