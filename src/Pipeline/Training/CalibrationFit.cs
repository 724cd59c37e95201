using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>
/// Fits raw log-odds to outcomes: Platt scaling, or where labels are many isotonic regression by pool-adjacent-violators, as knots
/// that rise everywhere.
/// </summary>
internal static class CalibrationFit
{
    private const int ManyLabels = 150;
    private const int MostKnots = 24;
    private const double LeastSlope = 1e-3;

    /// <summary>What an output that nobody labelled gets: its raw log-odds as they are.</summary>
    public static Calibrator Identity { get; } = new([-1, 1], [-1, 1]);

    public static Calibrator Fit(double[] raw, bool[] positive)
    {
        var hits = positive.Count(true);
        if (hits == 0 || hits == positive.Length)
        {
            return Identity;
        }

        var (slope, bias) = Platt(raw, positive, hits);
        return Math.Min(hits, positive.Length - hits) < ManyLabels
            ? new([-1, 1], [bias - slope, bias + slope])
            : Isotonic(raw, positive, slope);
    }

    /// <summary>Newton's method on the log-loss, with the smoothed targets of Platt (1999).</summary>
    private static (double Slope, double Bias) Platt(double[] raw, bool[] positive, int hits)
    {
        var high = (hits + 1.0) / (hits + 2.0);
        var low = 1.0 / (positive.Length - hits + 2.0);
        double slope = 1, bias = 0;
        for (var step = 0; step < 50; step++)
        {
            double gs = 0, gb = 0, hss = 1e-6, hsb = 0, hbb = 1e-6;
            for (var i = 0; i < raw.Length; i++)
            {
                var p = LogOdds.ToProbability((slope * raw[i]) + bias);
                var error = p - (positive[i] ? high : low);
                var curve = Math.Max(1e-9, p * (1 - p));
                gs += error * raw[i];
                gb += error;
                hss += curve * raw[i] * raw[i];
                hsb += curve * raw[i];
                hbb += curve;
            }

            var determinant = (hss * hbb) - (hsb * hsb);
            var (ds, db) = (((hbb * gs) - (hsb * gb)) / determinant, ((hss * gb) - (hsb * gs)) / determinant);
            var damp = Math.Min(1, 2 / Math.Max(1e-9, Math.Abs(ds) + Math.Abs(db)));
            (slope, bias) = (slope - (damp * ds), bias - (damp * db));
            if (Math.Abs(ds) + Math.Abs(db) < 1e-9)
            {
                break;
            }
        }

        return (Math.Max(slope, LeastSlope), bias);
    }

    private static Calibrator Isotonic(double[] raw, bool[] positive, double plattSlope)
    {
        var blocks = Pool(raw, positive);
        List<double> x = [], y = [];
        foreach (var block in blocks)
        {
            var mean = block.Raw / block.Count;
            var logOdds = LogOdds.Of((block.Hits + 0.5) / (block.Count + 1));
            if (x.Count == 0 || mean > x[^1] + 1e-6)
            {
                logOdds = x.Count == 0 ? logOdds : Math.Max(logOdds, y[^1] + (LeastSlope * (mean - x[^1])));
                x.Add(mean);
                y.Add(logOdds);
            }
        }

        // Beyond the last blocks there is too little to learn a shape from: Platt's slope goes on.
        x.Insert(0, x[0] - 1);
        y.Insert(0, y[0] - plattSlope);
        x.Add(x[^1] + 1);
        y.Add(y[^1] + plattSlope);
        return new([.. x], [.. y]);
    }

    /// <summary>Rising blocks of rows, each large enough for a rate.</summary>
    private static List<Block> Pool(double[] raw, bool[] positive)
    {
        var order = Enumerable.Range(0, raw.Length).OrderBy(i => raw[i]).ToArray();
        var least = Math.Max(25, raw.Length / MostKnots);
        var blocks = new List<Block>();
        foreach (var chunk in order.Chunk(least))
        {
            blocks.Add(new(chunk.Sum(i => raw[i]), chunk.Count(i => positive[i]), chunk.Length));
            while (blocks.Count > 1 && (blocks[^2].Rate >= blocks[^1].Rate || blocks[^1].Count < least))
            {
                var last = blocks[^1];
                blocks.RemoveAt(blocks.Count - 1);
                blocks[^1] = new(blocks[^1].Raw + last.Raw, blocks[^1].Hits + last.Hits, blocks[^1].Count + last.Count);
            }
        }

        return blocks;
    }

    private readonly record struct Block(double Raw, double Hits, int Count)
    {
        public double Rate => Hits / Count;
    }
}
