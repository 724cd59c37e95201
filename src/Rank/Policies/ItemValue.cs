using Vigil.Contracts;

namespace Vigil.Rank.Policies;

/// <summary>
/// The priority value of <c>design.md</c> §7: over policies above 1 %, probability × 2^(severity − 1) × log2(2 + expected views in
/// the next 24 hours) ÷ handling minutes, clamped to [2⁻¹², 2¹⁶].
/// </summary>
public static class ItemValue
{
    public static readonly double Least = Math.Pow(2, -12);
    public static readonly double Most = Math.Pow(2, 16);

    /// <summary>No item is seen more often in a day, whatever its publisher says: a hundred times by everybody. Keeps the sum finite.</summary>
    public const double MostViews = 1e12;

    private const double Negligible = 0.01;

    /// <param name="scores">One for each policy of the set, in its order.</param>
    public static double Of(IReadOnlyList<PolicyScore> scores, PolicySet policies, Reach reach)
    {
        var sum = 0.0;
        for (var i = 0; i < scores.Count; i++)
        {
            if (scores[i].Probability > Negligible)
            {
                var policy = policies.Policies[i];
                sum += Harm(scores[i].Probability, policy) / (policy.HandlingSeconds / 60);
            }
        }

        return Math.Clamp(sum * Math.Log2(2 + ExpectedViews(reach)), Least, Most);
    }

    /// <summary>What decides between queues: probability × 2^(severity − 1).</summary>
    public static double Harm(double probability, Policy policy) => probability * Math.ScaleB(1, policy.Severity - 1);

    /// <summary>In the next 24 hours: as published, else a tenth of the followers, else none; at most <see cref="MostViews"/>.</summary>
    public static double ExpectedViews(Reach reach) => Math.Min(MostViews, reach switch
    {
        { ViewsPerHour: { } perHour } when double.IsFinite(perHour) && perHour >= 0 => perHour * 24,
        { Followers: >= 0 and { } followers } => followers / 10.0,
        _ => 0,
    });
}
