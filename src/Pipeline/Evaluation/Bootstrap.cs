namespace Vigil.Pipeline.Evaluation;

/// <summary>The middle 95 % of a resampled figure.</summary>
internal readonly record struct Interval(double Low, double High);

/// <summary>Draws rows with replacement, the same draws for the same seed and number of rows.</summary>
internal static class Bootstrap
{
    public const int Resamples = 500;

    private const ulong Seed = 20260105;

    /// <param name="figures">From how often each row was drawn to figures; NaN where a draw allows none.</param>
    public static Interval[] Intervals(int rows, int figureCount, Action<int[], double[]> figures, CancellationToken cancellation)
    {
        var drawn = new double[figureCount][];
        for (var i = 0; i < figureCount; i++)
        {
            drawn[i] = new double[Resamples];
        }

        var state = Seed;
        var counts = new int[rows];
        var values = new double[figureCount];
        for (var sample = 0; sample < Resamples; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            Array.Clear(counts);
            for (var i = 0; i < rows; i++)
            {
                counts[(int)Math.BigMul(Next(ref state), (ulong)rows, out _)]++;
            }

            figures(counts, values);
            for (var i = 0; i < figureCount; i++)
            {
                drawn[i][sample] = values[i];
            }
        }

        return [.. drawn.Select(Middle)];
    }

    private static Interval Middle(double[] values)
    {
        var sorted = values.Where(value => !double.IsNaN(value)).Order().ToArray();
        return sorted.Length == 0 ? new(double.NaN, double.NaN) : new(Quantile(sorted, 0.025), Quantile(sorted, 0.975));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }

    // SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
