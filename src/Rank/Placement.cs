using Vigil.Contracts;
using Vigil.Rank.Policies;

namespace Vigil.Rank;

/// <summary>Where an item stands: its queue, its value and how it was chosen.</summary>
/// <param name="Decisive">Place of the policy that decides the queue, or would; -1 without policies.</param>
internal readonly record struct Placement(string Queue, double Value, Selection Selection, double Propensity, int Decisive)
{
    public bool IsCleared => Queue.Length == 0;
}

/// <summary>Probabilities → queue. Of the policies at or over their threshold the one with the most expected harm decides.</summary>
internal sealed class QueueChoice(PolicySet policies, RankOptions options)
{
    private readonly AuditDraw _audit = new(options.AuditShare, options.AuditKey);

    /// <param name="scores">One for each policy of the set, in its order.</param>
    /// <param name="whole">All of the item was read.</param>
    public Placement Place(IReadOnlyList<PolicyScore> scores, Content content, bool whole)
    {
        var value = ItemValue.Of(scores, policies, content.Reach);
        var reached = Largest(scores, onlyReached: true);
        if (reached >= 0)
        {
            return new(policies.Policies[reached].Queue, value, Selection.Ranked, 1, reached);
        }

        var nearest = Largest(scores, onlyReached: false);
        if (!whole)
        {
            return new(PolicySet.UnreadableQueue, value, Selection.Ranked, 1, nearest);
        }

        return _audit.IsDrawn(content.Id)
            ? new(PolicySet.AuditQueue, value, Selection.Audit, _audit.Share, nearest)
            : new("", value, Selection.Ranked, 1, nearest);
    }

    /// <summary>
    /// Raises the policies of live violation entries that the item equals byte for byte, whatever the model says.
    /// </summary>
    /// <returns>The largest probability so set, or 0.</returns>
    public double Raise(IReadOnlyList<HashHit> hits, Span<PolicyScore> scores)
    {
        var raised = 0.0;
        foreach (var hit in hits)
        {
            if (hit.Entry.Side != Side.Violation)
            {
                continue;
            }

            for (var i = 0; i < scores.Length; i++)
            {
                if (hit.Entry.Policies.Contains(scores[i].Policy))
                {
                    scores[i] = scores[i] with { Probability = Math.Max(scores[i].Probability, options.HashHitProbability) };
                    raised = Math.Max(raised, scores[i].Probability);
                }
            }
        }

        return raised;
    }

    private int Largest(IReadOnlyList<PolicyScore> scores, bool onlyReached)
    {
        var best = -1;
        var most = double.NegativeInfinity;
        for (var i = 0; i < scores.Count; i++)
        {
            var harm = ItemValue.Harm(scores[i].Probability, policies.Policies[i]);
            if (harm > most && (!onlyReached || scores[i].Probability >= scores[i].Threshold))
            {
                (best, most) = (i, harm);
            }
        }

        return best;
    }
}
