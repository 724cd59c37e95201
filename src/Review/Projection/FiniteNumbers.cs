using Vigil.Contracts.Wire;

namespace Vigil.Review.Projection;

/// <summary>
/// A number that is none (infinity, NaN) cannot be written as JSON, so that one record would fail every answer it is part of.
/// A ranked record is on the log for good, so what it holds is mended where it is read: such a number counts as absent, which is 0.
/// </summary>
internal static class FiniteNumbers
{
    public static void Mend(RankedItem item)
    {
        item.Risk = Of(item.Risk);
        item.Value = Of(item.Value);
        item.Propensity = Of(item.Propensity);
        item.ExpectedViews = Of(item.ExpectedViews);
        foreach (var score in item.Scores)
        {
            score.Probability = Of(score.Probability);
            score.Threshold = Of(score.Threshold);
        }

        foreach (var near in item.Evidence?.Neighbours ?? [])
        {
            near.Similarity = Of(near.Similarity);
        }

        foreach (var reason in item.Evidence?.Reasons ?? [])
        {
            reason.Contribution = Of(reason.Contribution);
        }
    }

    private static double Of(double number) => double.IsFinite(number) ? number : 0;
}
