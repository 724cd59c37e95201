using Vigil.Contracts.Wire;
using RankedItem = Vigil.Contracts.RankedItem;
using Selection = Vigil.Contracts.Wire.Selection;

namespace Vigil.Review;

/// <summary>
/// How far calibrated probabilities are from what reviewers find, of the last decisions on items that no score chose (audit, random
/// claims): the expected calibration error of Naeini, Cooper and Hauskrecht (AAAI 2015) over ten bins of equal width, every decision
/// counting once. A verdict of violation says nothing of policies it does not name. Thread-safe.
/// </summary>
/// <param name="capacity">Decisions remembered of each policy.</param>
/// <param name="fewest">Decisions of a policy below which nothing is said of it.</param>
internal sealed class CalibrationWindow(int capacity = 1_000, int fewest = 50)
{
    private const int Bins = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<(double Probability, bool Violates)>> _judged = new(StringComparer.Ordinal);

    /// <param name="item">As it stood when it was decided; null: not known.</param>
    public void Add(RankedItem? item, Decision decision)
    {
        var isChosenByNoScore = decision.Selection is Selection.Audit or Selection.Random;
        if (item?.Ranking is not { } ranking || !isChosenByNoScore || decision.Verdict is not (Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign))
        {
            return;
        }

        lock (_lock)
        {
            foreach (var score in ranking.Scores)
            {
                var violates = decision.Policies.Contains(score.Policy);
                if (violates || decision.Verdict == Decision.Types.Verdict.Benign)
                {
                    Add(score, violates);
                }
            }
        }
    }

    /// <summary>Of each policy with decisions enough, 0 to 1.</summary>
    public IReadOnlyList<(string Policy, double Error)> Errors()
    {
        lock (_lock)
        {
            return [.. _judged.Where(policy => policy.Value.Count >= fewest).Select(policy => (policy.Key, Error(policy.Value)))];
        }
    }

    private void Add(Contracts.PolicyScore score, bool violates)
    {
        if (!_judged.TryGetValue(score.Policy, out var judged))
        {
            _judged[score.Policy] = judged = new();
        }

        judged.Enqueue((score.Probability, violates));
        if (judged.Count > capacity)
        {
            judged.Dequeue();
        }
    }

    // Summed over bins: |sum of probabilities - violations|, over all decisions.
    private static double Error(Queue<(double Probability, bool Violates)> judged)
    {
        Span<double> gaps = stackalloc double[Bins];
        foreach (var (probability, violates) in judged)
        {
            gaps[Math.Clamp((int)(probability * Bins), 0, Bins - 1)] += probability - (violates ? 1 : 0);
        }

        var sum = 0.0;
        foreach (var gap in gaps)
        {
            sum += Math.Abs(gap);
        }

        return sum / judged.Count;
    }
}
