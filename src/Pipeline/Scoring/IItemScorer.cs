using Vigil.Contracts;

namespace Vigil.Pipeline.Scoring;

/// <summary>What scoring says of an item, before it is joined with its source record.</summary>
/// <param name="Degraded">Why stages were left out; empty in normal work.</param>
internal sealed record ScoredItem(
    Ranking Ranking,
    IReadOnlyList<PartDigest> Parts,
    IReadOnlyList<UnreadablePart> Unreadable,
    bool Partial,
    IReadOnlyList<string> Degraded,
    Provenance Provenance);

/// <summary>Content → rankings: by the models, or by hashes alone while they are broken.</summary>
internal interface IItemScorer
{
    /// <param name="clock">Takes the seconds of each stage.</param>
    /// <returns>One for each item, in order.</returns>
    IReadOnlyList<ScoredItem> Score(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation);
}
