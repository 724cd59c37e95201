using Vigil.Pipeline.Evaluation;

namespace Vigil.Pipeline.Bench;

/// <summary>Where the mean of paired ratios lies, by resampling them.</summary>
internal static class RatioInterval
{
    public static Interval Of(IReadOnlyList<double> ratios) => Bootstrap.Intervals(
        ratios.Count,
        1,
        (counts, values) =>
        {
            values[0] = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                values[0] += counts[i] * ratios[i] / ratios.Count;
            }
        },
        CancellationToken.None)[0];
}
