using Vigil.Contracts;
using Vigil.Review;

namespace Vigil.Pipeline.Demo.View;

/// <summary>An item as it waits in a queue, with what a viewer needs of its evidence.</summary>
/// <param name="Order">The order of <c>design.md</c> §7, highest first.</param>
/// <param name="Policy">The policy that decided; empty: none did, and the probability is that of any harm.</param>
/// <param name="Nearest">The nearest known violation; null: none is near.</param>
internal sealed record WaitingItem(
    string Id,
    string Queue,
    double Order,
    string Policy,
    double Probability,
    Neighbour? Nearest,
    IReadOnlyList<HashHit> HashHits,
    IReadOnlyList<Reason> RaisedBy,
    string Snippet)
{
    public const int ReasonsKept = 3;

    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(new ReviewOptions().HalfLifeHours);

    /// <param name="enqueued">LogAppendTime of the oldest queued version.</param>
    public static WaitingItem Of(RankedItem item, DateTimeOffset enqueued)
    {
        var ranking = item.Ranking ?? throw new InvalidOperationException($"A queued item without a ranking: {item.ContentId}. This is a bug.");
        var decisive = Decisive(ranking);
        return new(
            item.ContentId,
            ranking.Queue,
            QueueScore.Of(ranking.Value, enqueued, HalfLife),
            decisive?.Policy ?? "",
            decisive?.Probability ?? ranking.Risk,
            ranking.Evidence.Neighbours.Where(near => near.Side == Side.Violation).MaxBy(near => near.Similarity),
            ranking.Evidence.HashHits,
            [.. ranking.Evidence.Reasons.Where(reason => reason.Contribution > 0).OrderByDescending(reason => reason.Contribution).Take(ReasonsKept)],
            ranking.Snippet.Text);
    }

    /// <summary>Of several ordered queues the first items, the first of each queue before any second.</summary>
    public static IReadOnlyList<WaitingItem> FirstOfEach(IEnumerable<IReadOnlyList<WaitingItem>> queues, int count) =>
    [
        .. queues.SelectMany(queue => queue.Select((item, place) => (item, place)))
            .OrderBy(entry => entry.place).ThenByDescending(entry => entry.item.Order)
            .Select(entry => entry.item).Take(count),
    ];

    // Reasons speak of the policy that decided; without them the likeliest one over its threshold did. Null: none did.
    private static PolicyScore? Decisive(Ranking ranking)
    {
        var named = ranking.Evidence.Reasons.Select(reason => reason.Policy).FirstOrDefault(policy => policy.Length > 0);
        var decisive = ranking.Scores
            .Where(score => named is null ? score.Probability >= score.Threshold : score.Policy == named)
            .OrderByDescending(score => score.Probability)
            .ToList();
        return decisive.Count == 0 ? null : decisive[0];
    }
}
