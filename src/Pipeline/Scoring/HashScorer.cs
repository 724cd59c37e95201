using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Rank;
using Vigil.Recall;

namespace Vigil.Pipeline.Scoring;

/// <summary>Hash matching alone: what equals a live entry is queued by it, everything else waits in <c>unscored</c>.</summary>
/// <param name="why">Goes into <c>degraded</c>.</param>
internal sealed class HashScorer(Bank bank, PolicySet policies, RankOptions options, string why) : IItemScorer
{
    private readonly HashRanker _ranker = new(policies, options);
    private readonly string[] _degraded = [why];

    public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        using var digested = clock.Measure("hash", () => ContentEmbedder.DigestOnly(items, dimension: 1));
        using var snapshot = bank.Acquire();
        var provenance = new Provenance("none", "none", snapshot.Version, "none", "none", policies.Hash);
        return [.. digested.Items.Select(item => new ScoredItem(
            _ranker.Rank(item.Content, snapshot.FindHashes(item.Parts)), item.Parts, item.Unreadable, item.Partial, _degraded, provenance))];
    }
}
