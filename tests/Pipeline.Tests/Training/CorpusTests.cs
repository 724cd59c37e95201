using System.IO.Compression;
using System.Text;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Tests.Training;

public sealed class CorpusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-corpus-").FullName;

    [Fact]
    public void Load_Folder_SplitsRowsAndKeepsReplayedOnesOut()
    {
        Write("fresh", Row("fresh:1", "train"), Row("fresh:2", "dev"), Row("fresh:3", "dev"), Row("fresh:4", "diagnostic"));
        Write("stream_dev", """{"id":"s1","text":"t","harm":1,"ref":"fresh:3"}""");

        var corpus = Corpus.Load(_folder, TrainedPolicies.All, []);

        Assert.Equal(["fresh:1"], corpus.Train.Select(row => row.Id));
        Assert.Equal(["fresh:2"], corpus.Dev.Select(row => row.Id));
        Assert.Equal(["fresh"], corpus.Sources);
        Assert.Equal((0b1, 0b101, 1, 1f), (corpus.Train[0].Labels, corpus.Train[0].Scope, corpus.Train[0].Harm, corpus.Train[0].Weight));
    }

    [Fact]
    public void Load_SourcesOfDoubtfulLicence_NeverTrain()
    {
        foreach (var source in TrainingSources.NeverTrained)
        {
            Write(source, Row($"{source}:1", "train"));
        }

        Write("fresh", Row("fresh:1", "train"), Row("fresh:2", "dev"));

        Assert.Equal(["fresh"], Corpus.Load(_folder, TrainedPolicies.All, []).Sources);
    }

    [Fact]
    public void Load_LeftOutSource_IsInNeitherPart()
    {
        Write("fresh", Row("fresh:1", "train"), Row("fresh:2", "dev"));
        Write("other", Row("other:1", "train"), Row("other:2", "dev"));

        var corpus = Corpus.Load(_folder, TrainedPolicies.All, ["other"]);

        Assert.Equal(["fresh:1"], corpus.Train.Select(row => row.Id));
        Assert.Equal(["fresh:2"], corpus.Dev.Select(row => row.Id));
    }

    [Fact]
    public void Load_Background_IsAWeakNegativeOfEverything()
    {
        Write("irc_ubuntu", [.. Enumerable.Range(0, 200).Select(i => $$"""{"id":"irc_ubuntu:{{i}}","text":"t","labels":[],"scope":[],"split":"unlabelled","source":"irc_ubuntu"}""")]);

        var corpus = Corpus.Load(_folder, TrainedPolicies.All, []);

        Assert.InRange(corpus.Train.Count, 20, 60);
        Assert.All(corpus.Train, row => Assert.Equal((0, 0b111_1111, 0), (row.Labels, row.Scope, row.Harm)));
        Assert.All(corpus.Train, row => Assert.Equal(0.13f, row.Weight, 1e-3f));
    }

    [Fact]
    public void Load_EmptyFolder_SaysSo() => Assert.Throws<CommandFailedException>(() => Corpus.Load(_folder, TrainedPolicies.All, []));

    [Fact]
    public void Of_UnknownLabel_CountsAsAWeakNegativeOnlyOfRarePolicies()
    {
        var targets = new Targets(TrainedPolicies.All);
        var row = new CorpusRow("fresh:1", "t", 0, "en", 0b1, 0b101, 1, 2);

        Assert.Equal((1f, 2f), targets.Of(row, 0)); // hate
        Assert.Equal((0f, 0f), targets.Of(row, 1)); // harassment: unknown, masked
        Assert.Equal((0f, 2f), targets.Of(row, 2)); // violence: looked at
        Assert.Equal((0f, 0.6f), targets.Of(row, 3)); // self_harm: unknown, weak negative
        Assert.Equal((1f, 2f), targets.Of(row, 7)); // harm
        Assert.Equal((0f, 0f), targets.Of(row with { Harm = -1 }, 7));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Row(string id, string split) =>
        $$"""{"id":"{{id}}","text":"t {{id}}","labels":["hate"],"scope":["hate","violence"],"harm":1,"split":"{{split}}","source":"{{id.Split(':')[0]}}"}""";

    private void Write(string source, params string[] rows)
    {
        using var gzip = new GZipStream(File.Create(Path.Combine(_folder, source + ".jsonl.gz")), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', rows) + "\n"));
    }
}
