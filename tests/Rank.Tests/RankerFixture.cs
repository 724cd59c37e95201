using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;

namespace Vigil.Rank.Tests;

/// <summary>A ranker whose only weights are on invented words, so that every score can be foretold.</summary>
internal sealed class RankerFixture : IDisposable
{
    public const int Dimension = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-ranker-").FullName;
    private readonly RankModel _model;

    public RankerFixture()
    {
        string[] policies = ["rude", "grave"];
        var tables = new HeadTables(3, Dimension);
        tables.Bias.AsSpan(0, 3).Fill(-4);
        Teach(tables, "snarfle", 0);
        Teach(tables, "grumbold", 1);
        var manifest = new RankManifest
        {
            Kind = RankManifest.WordingKind,
            Embedder = "test",
            Dimension = Dimension,
            Policies = policies,
            Schema = new FeatureSchema(policies).Hash,
            Linear = [],
            Transfer = [],
            Unlabelled = new(-5, [10, 0, 0, 0, 0, 0], new double[6]),
            Files = new Dictionary<string, string>(),
            Sources = [],
        };
        RankModelFiles.Write(_folder, manifest, tables, new Dictionary<string, string>(), [.. Enumerable.Repeat(new Calibrator([-1, 1], [-1, 1]), 3)]);
        _model = RankModel.Load(_folder);
    }

    public string Folder => _folder;

    public static PolicySet Policies { get; } = new(
        [
            new("grave", "Grave", 8, 60, "grave-queue", "leads", 0.4),
            new("novel", "Not in the model", 2, 60, "novel-queue", "leads", 0.5),
            new("rude", "Rude", 2, 60, "rude-queue", "leads", 0.5),
        ],
        "policies");

    public ItemRanker Ranker(RankOptions? options = null) => new(_model, Policies, options ?? new RankOptions { AuditShare = 0 });

    /// <summary>Ranks one item; each text is a window of a part of its own.</summary>
    public Ranking Rank(string[] texts, Func<EmbeddedItem, EmbeddedItem>? change = null, IReadOnlyList<HashHit>? hits = null, RankOptions? options = null, Action<NeighbourBatch>? near = null, string id = "item") =>
        Rank(Ranker(options), texts, change, hits, near, id);

    public static Ranking Rank(ItemRanker ranker, string text) => Rank(ranker, [text], null, null, null, "item");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Ranking Rank(ItemRanker ranker, string[] texts, Func<EmbeddedItem, EmbeddedItem>? change, IReadOnlyList<HashHit>? hits, Action<NeighbourBatch>? near, string id)
    {
        var item = new EmbeddedItem(
            new() { Id = id, Parts = [.. texts.Select(text => new TextPart(text))] }, [], [], [.. texts.Select((text, i) => new TextWindow(i, 0, text, 10, 0))], 0, false);
        using var batch = new EmbeddedBatch([change?.Invoke(item) ?? item], EmbeddingBatch.Rent(texts.Length, Dimension));
        batch.Vectors.Values.Clear();
        BankEntryInfo[] bank = [new("known-1", Side.Violation, ["novel", "rude"], 0, "people"), new("fine-1", Side.Benign, ["rude"], 0, "people")];
        using var neighbours = NeighbourBatch.Rent(texts.Length, ["grave", "novel", "rude"], 2, bank, "bank", "managed");
        near?.Invoke(neighbours);
        return ranker.Rank(batch, neighbours, [hits ?? []])[0];
    }

    /// <summary>The whole word alone: its neighbours in a sentence do not matter.</summary>
    private static void Teach(HeadTables tables, string word, int output)
    {
        foreach (var bucket in new NgramHasher().Buckets(word))
        {
            tables.Wording[(bucket * tables.Stride) + output] = 3;
            tables.Wording[(bucket * tables.Stride) + 2] = 3;
        }
    }
}
