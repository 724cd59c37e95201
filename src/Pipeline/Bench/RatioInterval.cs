using Vigil.Pipeline.Evaluation;

namespace Vigil.Pipeline.Bench;

/// <summary>Where the median of paired ratios lies, by resampling them: a few turns that something else disturbed change it little.</summary>
internal static class RatioInterval
{
    public static Interval Of(IReadOnlyList<double> ratios)
    {
        double[] ordered = [.. ratios.Order()];
        return Bootstrap.Intervals(ordered.Length, 1, (counts, values) => values[0] = Median(ordered, counts), CancellationToken.None)[0];
    }

    // Of each ratio as often as it was drawn.
    private static double Median(double[] ordered, int[] counts)
    {
        var (lower, upper) = ((counts.Length - 1) / 2, counts.Length / 2);
        double? low = null;
        var passed = 0;
        for (var i = 0; i < ordered.Length; i++)
        {
            passed += counts[i];
            low ??= passed > lower ? ordered[i] : null;
            if (passed > upper)
            {
                return (low!.Value + ordered[i]) / 2;
            }
        }

        return double.NaN;
    }
}
