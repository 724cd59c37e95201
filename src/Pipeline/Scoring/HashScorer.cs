using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Rank;

namespace Vigil.Pipeline.Scoring;

/// <summary>Hash matching alone: what equals a live entry is queued by it, everything else waits in <c>unscored</c>.</summary>
/// <param name="why">Goes into <c>degraded</c>.</param>
internal sealed class HashScorer(PolicySet policies, RankOptions options, string why) : IItemScorer
{
    private readonly HashRanker _ranker = new(policies, options);
    private readonly string[] _degraded = [why];
    private readonly Provenance _provenance = new("none", "none", "", "none", "none", policies.Hash);

    public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        using var digested = clock.Measure("hash", () => ContentEmbedder.DigestOnly(items, 1));
        return clock.Measure("rank", () => digested.Items
            .Select(item => new ScoredItem(_ranker.Rank(item.Content, []), item.Parts, item.Unreadable, item.Partial, _degraded, _provenance))
            .ToList());
    }
}
