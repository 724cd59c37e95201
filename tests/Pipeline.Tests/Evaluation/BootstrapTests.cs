using Vigil.Pipeline.Evaluation;

namespace Vigil.Pipeline.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Fact]
    public void Intervals_MeanOfKnownSpread_CoversIt()
    {
        // 400 rows, half 0 and half 1: the mean of a resample has standard deviation 0.025.
        var interval = Bootstrap.Intervals(
            400, 1, (counts, figures) => figures[0] = counts.Take(200).Sum() / 400.0, TestContext.Current.CancellationToken)[0];

        Assert.InRange(interval.Low, 0.5 - (2.6 * 0.025), 0.5 - (1.4 * 0.025));
        Assert.InRange(interval.High, 0.5 + (1.4 * 0.025), 0.5 + (2.6 * 0.025));
    }

    [Fact]
    public void Intervals_EachResample_DrawsAsManyRowsAsThereAre() =>
        Bootstrap.Intervals(50, 1, (counts, _) => Assert.Equal(50, counts.Sum()), TestContext.Current.CancellationToken);

    [Fact]
    public void Intervals_Repeated_AreTheSame()
    {
        static void First(int[] counts, double[] figures) => figures[0] = counts[0];

        Assert.Equal(
            Bootstrap.Intervals(30, 1, First, TestContext.Current.CancellationToken),
            Bootstrap.Intervals(30, 1, First, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Group_SameScoresTwice_DifferByNothing()
    {
        var scores = new LabelledScores(["rude"], 2);
        for (var i = 0; i < 100; i++)
        {
            var ranking = new Contracts.Ranking(
                [new("rude", i / 100.0, 0.5)], i / 100.0, "", 1, Contracts.Selection.Ranked, 1, Contracts.Evidence.None, Contracts.Snippet.None);
            scores.Add(new($"row:{i}", [], i % 3 == 0 ? ["rude"] : [], ["rude"], i % 3 == 0, "row", "dev", "en", $"row:{i}"), [ranking, ranking]);
        }

        var figures = FigureMaker.Group("all", scores, _ => true, TestContext.Current.CancellationToken).Labels[0];

        Assert.Equal(34, figures.Positives);
        Assert.Equal(new(0, 0, 0), figures.Difference);
        Assert.True(figures.Auprc.Low < figures.Auprc.Value && figures.Auprc.Value < figures.Auprc.High);
    }
}
