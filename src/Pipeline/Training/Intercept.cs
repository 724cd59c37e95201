using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>The constant to add to log-odds so that as many violations are expected as there are.</summary>
internal static class Intercept
{
    private const double Most = 50;

    public static double Of(double[] scores, float[] labels, float[] weights)
    {
        var (low, high) = (-Most, Most);
        while (high - low > 1e-6)
        {
            var middle = (low + high) / 2;
            var surplus = 0.0;
            for (var i = 0; i < scores.Length; i++)
            {
                surplus += weights[i] * (LogOdds.ToProbability(scores[i] + middle) - labels[i]);
            }

            (low, high) = surplus > 0 ? (low, middle) : (middle, high);
        }

        return (low + high) / 2;
    }
}
