using Vigil.Contracts;
using Vigil.Rank.Policies;

namespace Vigil.Rank;

/// <summary>
/// Ranks while the encoder or the ranker is broken: by hash hits alone. An item without one waits in <c>unscored</c>; nothing is
/// cleared.
/// </summary>
public sealed class HashRanker(PolicySet policies, RankOptions options)
{
    private readonly QueueChoice _choice = new(policies, options);

    public Ranking Rank(Content content, IReadOnlyList<HashHit> hits)
    {
        var scores = new PolicyScore[policies.Policies.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = new(policies.Policies[i].Id, 0, policies.Policies[i].Threshold);
        }

        var risk = _choice.Raise(hits, scores);
        var place = _choice.Place(scores, content, whole: false);
        var queue = place.Queue == PolicySet.UnreadableQueue ? PolicySet.UnscoredQueue : place.Queue;
        var reasons = HitReasons.Of(hits, place.Decisive < 0 ? "" : scores[place.Decisive].Policy);
        return new(scores, risk, queue, place.Value, place.Selection, place.Propensity, new([], hits, reasons), Snippet.None, ItemValue.ExpectedViews(content.Reach));
    }
}
