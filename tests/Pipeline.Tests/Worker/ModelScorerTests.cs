using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Pipeline.Bench;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Scoring;
using Vigil.Rank.Model;
using Vigil.Rank.Policies;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>The shipped models over a few entries of the shipped bank.</summary>
public sealed class ModelScorerTests : IDisposable
{
    private const int Batches = 40;

    private readonly OnnxEncoder _encoder = OnnxEncoder.Load(new() { Folder = Path.Combine(VigilHome.Models, "use-multilingual-v3-512") });
    private readonly Bank _bank = new(TimeProvider.System);
    private readonly ModelScorer _scorer;

    public ModelScorerTests()
    {
        var entries = BenchStand.LoadBank();
        _bank.Publish(BankFollower.SnapshotOf(entries.Entries(300), entries.Embedder, entries.Dimension, IndexBackend.Managed, TimeProvider.System));
        _scorer = new(new(_encoder), _bank, ModelThreads.None, RankModel.LoadFor(_encoder.Hash, Path.Combine(VigilHome.Models, "ranker")), PolicyFiles.Load(VigilHome.Policies), new());
    }

    // Pitfall 15: what is borrowed for a batch goes back with it, or a worker grows and hangs after some thousands.
    [Fact]
    public void Score_ManyBatches_GivesBackEveryBuffer()
    {
        using var pools = new PoolGauge();

        foreach (var batch in Enumerable.Range(0, Batches))
        {
            Assert.Equal(8, Score(batch, CancellationToken.None).Count);
        }

        Assert.InRange(pools.Borrowed, Batches, int.MaxValue);
        Assert.Equal(0, pools.Outstanding);
    }

    [Fact]
    public void Score_BatchThatIsGivenUp_GivesBackEveryBuffer()
    {
        using var pools = new PoolGauge();
        Score(0, CancellationToken.None);

        Assert.ThrowsAny<OperationCanceledException>(() => Score(1, new(canceled: true)));

        Assert.Equal(0, pools.Outstanding);
    }

    public void Dispose()
    {
        _bank.Dispose();
        _encoder.Dispose();
    }

    private IReadOnlyList<ScoredItem> Score(int batch, CancellationToken cancellation) =>
        _scorer.Score([.. Enumerable.Range(0, 8).Select(item => Item($"{batch}-{item}", item))], new(TimeProvider.System), cancellation);

    private static Content Item(string id, int kind) => new()
    {
        Id = id,
        Parts = kind switch
        {
            0 => [new ImagePart(new byte[16], "image/png")],
            1 => [new TextPart(string.Concat(Enumerable.Repeat("a long walk along the river and back. ", 200)))],
            _ => [new TextPart($"line {id} about the weather"), new TextPart("and another")],
        },
    };
}
