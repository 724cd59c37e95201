namespace Vigil.Pipeline.Evaluation;

/// <summary>Scores and truth → figures with intervals.</summary>
internal static class FigureMaker
{
    public const int GatingPositives = 30;

    private static readonly double[] Budgets = [0.01, 0.05, 0.10];

    public static GroupFigures Group(string name, LabelledScores scores, Func<int, bool> wanted, CancellationToken cancellation)
    {
        var labels = new List<LabelFigures>();
        for (var label = 0; label < scores.Labels.Count; label++)
        {
            var (values, positive) = scores.Known(label, wanted);
            if (positive.Length > 0)
            {
                labels.Add(Label(scores.Labels[label], values, positive, cancellation));
            }
        }

        var policies = labels.Where(figures => figures.Label != scores.Labels[^1] && figures.Positives > 0).ToArray();
        return new(name, policies.Length == 0 ? double.NaN : policies.Average(figures => figures.Auprc.Value), labels);
    }

    private static LabelFigures Label(string name, float[][] scores, bool[] positive, CancellationToken cancellation)
    {
        var ranked = new RankedLabels(scores[0], positive);
        var other = scores.Length > 1 ? new RankedLabels(scores[1], positive) : null;
        var (area, roc) = (ranked.AveragePrecision(), ranked.RocArea());
        var intervals = ranked.Positives == 0 ? [] : Intervals(ranked, other, cancellation);
        return new(
            name,
            ranked.Count,
            ranked.Positives,
            ranked.Positives >= GatingPositives,
            With(area, intervals, 0),
            With(roc, intervals, 1),
            ranked.PrecisionAt(100),
            [.. Budgets.Select(budget => new BudgetRecall(budget, ranked.RecallAt(budget), ranked.BestRecallAt(budget)))],
            ranked.CalibrationError(),
            other is null ? null : With(other.AveragePrecision(), intervals, 2),
            other is null ? null : With(area - other.AveragePrecision(), intervals, 3));
    }

    private static Interval[] Intervals(RankedLabels ranked, RankedLabels? other, CancellationToken cancellation) =>
        Bootstrap.Intervals(
            ranked.Count,
            other is null ? 2 : 4,
            (counts, figures) =>
            {
                figures[0] = ranked.AveragePrecision(counts);
                figures[1] = ranked.RocArea(counts);
                if (other is not null)
                {
                    figures[2] = other.AveragePrecision(counts);
                    figures[3] = figures[0] - figures[2];
                }
            },
            cancellation);

    private static Figure With(double value, Interval[] intervals, int index) =>
        intervals.Length == 0 ? new(value, double.NaN, double.NaN) : new(value, intervals[index].Low, intervals[index].High);
}
