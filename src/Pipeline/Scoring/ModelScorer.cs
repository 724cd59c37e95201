using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Rank;
using Vigil.Rank.Model;
using Vigil.Recall;

namespace Vigil.Pipeline.Scoring;

/// <summary>Embed → recall → rank: the models' word on a batch of items.</summary>
internal sealed class ModelScorer(ContentEmbedder embedder, Bank bank, ModelThreads searching, RankModel model, PolicySet policies, RankOptions options) : IItemScorer
{
    private readonly ItemRanker _ranker = new(model, policies, options);
    private readonly string[] _policies = [.. policies.Policies.Select(policy => policy.Id)];

    public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        using var embedded = embedder.Embed(items, cancellation);
        clock.Add(embedded.Timings);
        using var snapshot = bank.Acquire();
        using var neighbours = clock.Measure("search", () => Recaller.Search(embedded.Vectors, snapshot, _policies, ItemRanker.Neighbours, threads: searching));
        bank.Audit.Consider(embedded.Vectors, snapshot, neighbours);
        var hits = embedded.Items.Select(item => snapshot.FindHashes(item.Parts)).ToList();
        var rankings = clock.Measure("rank", () => _ranker.Rank(embedded, neighbours, hits));
        var provenance = new Provenance(embedder.EncoderHash, neighbours.IndexKind, neighbours.BankVersion, model.Hash, model.CalibratorHash, policies.Hash);
        return [.. embedded.Items.Select((item, i) => new ScoredItem(rankings[i], item.Parts, item.Unreadable, item.Partial, [], provenance))];
    }
}
