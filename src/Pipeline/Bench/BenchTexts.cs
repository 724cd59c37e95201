using Vigil.Contracts.Wire;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Bench;

/// <summary>The texts of a bench: of a content file, or of the shipped stream, always the same and in the same order.</summary>
internal sealed record BenchTexts(IReadOnlyList<string> Texts, string Source)
{
    // Longer ones are few, and a single one of 100,000 characters would be a bench of its own.
    private const int LongestText = 2_000;

    public double MeanLength => Texts.Average(text => text.Length);

    public static BenchTexts Load(string? path, int count)
    {
        var records = path is null
            ? SampleFiles.Read(Path.Combine(VigilHome.Path, "samples")).Where(sample => sample.Expected.Outcome == Expectation.Ranked).Select(sample => sample.ToPublish())
            : ContentFile.Read(path, _ => { });
        var texts = records.Select(TextOf).Where(text => text.Length is > 0 and <= LongestText).Take(count).ToList();
        return texts.Count == 0
            ? throw new CommandFailedException($"{path ?? "the shipped stream"} holds no text to measure with.")
            : new([.. Enumerable.Range(0, count).Select(i => texts[i % texts.Count])], path is null ? "shipped stream" : Path.GetFileName(path));
    }

    /// <summary>The texts as records of a round, each under an id that was never seen before.</summary>
    public IEnumerable<StreamRecord> Round(string round) => Texts.Select((text, index) =>
    {
        var content = new Content { Id = $"bench-{round}-{index}", Surface = "post", AuthorId = $"user-{index % 500}" };
        content.Parts.Add(new Part { Text = text });
        return content.ToRecord(Wording.Protobuf);
    });

    /// <summary>Every n-th text: fewer of them, of the same lengths.</summary>
    public BenchTexts Every(int n) => this with { Texts = [.. Texts.Where((_, index) => index % n == 0)] };

    /// <summary>The texts of at most that many characters, again and again until there are <paramref name="count"/>.</summary>
    public BenchTexts Short(int longest, int count)
    {
        var some = Texts.Where(text => text.Length <= longest).ToList();
        return this with { Texts = [.. Enumerable.Range(0, count).Select(i => some.Count == 0 ? "a short text" : some[i % some.Count])] };
    }

    private static string TextOf(StreamRecord record)
    {
        if (record.Value is null || record.Key is null)
        {
            return "";
        }

        var (content, _) = PublishedMessage.Parse(Content.Parser, Content.Descriptor, record.Value, null, null);
        return content is null ? "" : string.Join('\n', content.Parts.Select(part => part.Text).Where(text => text.Length > 0));
    }
}
