using System.IO.Compression;
using System.Text;
using Vigil.Contracts;
using Vigil.Pipeline.Evaluation;
using Vigil.Pipeline.Training;
using Vigil.Rank;
using Vigil.Rank.Model;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests.Training;

/// <summary>The whole way on a few invented rows with the real encoder: data set → bank → ranker → evaluation.</summary>
public sealed class RankTrainingTests : IDisposable
{
    private static readonly string[] Openings = ["Please", "Hello there,", "Dear friend,", "By the way,", "As I said,", "Good morning,"];
    private static readonly string[] Places = ["near the lake", "in our garden", "at the old station", "behind the library", "on the hill", "by the harbour"];
    private static readonly string[] Days = ["on Monday", "tomorrow", "this evening", "at noon", "next week", "on Sunday"];

    private static readonly PolicySet Policies = new(
        [.. TrainedPolicies.All.Order(StringComparer.Ordinal).Select(id => new Policy(id, id, 3, 30, id, id + "-leads", 0.5))], "policies");

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-training-").FullName;
    private readonly RankWorkshop _workshop;

    public RankTrainingTests()
    {
        _workshop = RankWorkshop.Open(Path.Combine(_folder, "vectors"));
        Write("pills", 0, spam => spam ? "buy the cheap miracle pills and win a prize" : "we will meet for tea and read a book");
        Write("coins", 200, spam => spam ? "double your coins, send the fee and win a prize" : "we will repair the bicycle and sing");
    }

    [Fact]
    public void Train_InventedSpam_IsRankedAboveTheRestAndTheSameAgain()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (corpus, bank) = Prepare();
        Assert.InRange(bank.Entries.Count, 20, 2 * 36 * 2);

        var first = Train(corpus, bank, "first");
        Train(corpus, bank, "second");

        foreach (var name in Directory.GetFiles(Path.Combine(_folder, "first")).Select(Path.GetFileName))
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "first", name!)), File.ReadAllBytes(Path.Combine(_folder, "second", name!)));
        }

        Assert.True(first.Single(report => report.Output == "spam_scam").AveragePrecision > 0.9);
        var model = RankModel.Load(Path.Combine(_folder, "first"));
        using var snapshot = _workshop.Snapshot(bank, []);
        var report = new Evaluator(new(_workshop.Cache, snapshot, Policies), Policies, model, null)
            .Evaluate(new([Data("pills"), Data("coins")], [new("split", ["dev"])]), bank.Manifest.Hash, _ => { }, cancellation);
        var spam = report.Overall.Labels.Single(label => label.Label == "spam_scam");
        Assert.True(spam.Auprc.Value > 0.9);
        Assert.Equal(["coins", "pills"], report.Sources.Select(source => source.Name));
        Assert.Equal("trained sources", Assert.Single(report.Parts).Name);
        Assert.Contains("spam_scam", EvaluationText.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Train_SourceLeftOut_IsInNeitherRowsNorBank()
    {
        var (_, bank) = Prepare();
        var corpus = Corpus.Load(_folder, TrainedPolicies.All, ["coins"]);

        Assert.Equal(["pills"], corpus.Sources);
        using var snapshot = _workshop.Snapshot(bank, ["coins"]);
        Assert.Equal(bank.Entries.Count(entry => entry.Source == "pills"), snapshot.Summary.Live);
        Assert.InRange(snapshot.Summary.Live, 1, bank.Entries.Count - 1);
    }

    [Fact]
    public void Rank_RowOfTheBank_IsNotJudgedByItself()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (corpus, bank) = Prepare();
        using var snapshot = _workshop.Snapshot(bank, []);
        var entry = bank.Entries[0];
        var text = corpus.Train.Single(row => row.Id == entry.Origin).Text;
        using var batch = _workshop.Cache.Embed([new Content { Id = "copy", Parts = [new TextPart(text)] }], cancellation);

        using var plain = Recaller.Search(batch.Vectors, snapshot, entry.Policies, ItemRanker.Neighbours);
        using var guarded = Recaller.Search(batch.Vectors, snapshot, entry.Policies, ItemRanker.Neighbours, NearDuplicates.Filter(["copy"]));

        Assert.Equal(entry.Id, snapshot.Entries[plain.Entries(0, 0, entry.Side)[0]].Id);
        Assert.True(plain.Similarities(0, 0, entry.Side)[0] > 0.99);
        Assert.True(guarded.Similarities(0, 0, entry.Side)[0] < NearDuplicates.Similarity);
    }

    [Fact]
    public void Embed_Twice_ReadsTheSecondFromItsCache()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Content[] items = [Item("a", "we will meet for tea"), Item("b", ""), Item("c", string.Concat(Enumerable.Repeat("we will meet for tea by the lake. ", 200)))];
        using var first = _workshop.Cache.Embed(items, cancellation);
        var length = new DirectoryInfo(Path.Combine(_folder, "vectors")).GetFiles().Sum(file => file.Length);

        using var second = _workshop.Cache.Embed(items, cancellation);

        Assert.Equal(first.Vectors.Values.ToArray(), second.Vectors.Values.ToArray());
        Assert.Equal(first.Items.SelectMany(item => item.Windows), second.Items.SelectMany(item => item.Windows));
        Assert.Equal([1, 0], first.Items.Take(2).Select(item => item.Windows.Count));
        Assert.True(first.Items[2].Windows.Count > 1);
        Assert.Equal(length, new DirectoryInfo(Path.Combine(_folder, "vectors")).GetFiles().Sum(file => file.Length));
    }

    public void Dispose()
    {
        _workshop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private (Corpus Corpus, StarterBank Bank) Prepare()
    {
        var corpus = Corpus.LoadLabelled(_folder, TrainedPolicies.All, []);
        Assert.Equal(["spam_scam"], corpus.Policies);
        var train = _workshop.EmbedRows(corpus.Train, _ => { }, TestContext.Current.CancellationToken);
        return (corpus, StarterBankBuild.Build(corpus, train, _workshop.Embedder));
    }

    private IReadOnlyList<OutputReport> Train(Corpus corpus, StarterBank bank, string name)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var train = _workshop.EmbedRows(corpus.Train, _ => { }, cancellation);
        var dev = _workshop.EmbedRows(corpus.Dev, _ => { }, cancellation);
        using var snapshot = _workshop.Snapshot(bank, []);
        return new RankTraining(corpus, train, dev, _workshop.Embedder, bank.Manifest.Hash, snapshot, _ => { })
            .Train(new(Path.Combine(_folder, name), [], WordingOnly: false), cancellation);
    }

    private static Content Item(string id, string text) => new() { Id = id, Parts = [new TextPart(text)] };

    private string Data(string source) => Path.Combine(_folder, source + ".jsonl.gz");

    // 36 train and 36 dev rows of each kind.
    private void Write(string source, int seed, Func<bool, string> middle)
    {
        using var gzip = new GZipStream(File.Create(Data(source)), CompressionLevel.Fastest);
        for (var i = 0; i < 144; i++)
        {
            var (spam, dev) = (i % 2 == 0, i / 2 % 2 == 0);
            var text = $"{Openings[i % 6]} {middle(spam)} {Places[(i + seed) / 6 % 6]} {Days[i * 7 / 4 % 6]} number {i + seed}";
            gzip.Write(Encoding.UTF8.GetBytes(
                $$"""{"id":"{{source}}:{{i}}","text":"{{text}}","labels":[{{(spam ? "\"spam_scam\"" : "\"none\"")}}],"scope":["spam_scam"],"harm":{{(spam ? 1 : 0)}},"split":"{{(dev ? "dev" : "train")}}","source":"{{source}}","lang":"en"}""" + "\n"));
        }
    }
}
