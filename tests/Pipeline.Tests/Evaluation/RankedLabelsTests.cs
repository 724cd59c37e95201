using CsCheck;
using Vigil.Pipeline.Evaluation;

namespace Vigil.Pipeline.Tests.Evaluation;

public sealed class RankedLabelsTests
{
    // Highest first: + - + - -
    private static readonly RankedLabels Five = new([0.1f, 0.9f, 0.3f, 0.7f, 0.2f], [false, true, true, false, false]);

    [Fact]
    public void AveragePrecision_FiveRows_IsTheMeanPrecisionAtThePositives() =>
        Assert.Equal((1.0 + (2.0 / 3.0)) / 2, Five.AveragePrecision(), 1e-12);

    [Fact]
    public void RocArea_FiveRows_CountsThePairsInOrder() =>
        Assert.Equal(5.0 / 6.0, Five.RocArea(), 1e-12); // one of six pairs is the wrong way round

    [Fact]
    public void Order_FiveRows_NamesTheGivenPlaces() => Assert.Equal([1, 3, 2, 4, 0], Five.Order);

    [Fact]
    public void PrecisionAt_FewerRowsThanRank_CountsThoseThereAre()
    {
        Assert.Equal(0.5, Five.PrecisionAt(2), 1e-12);
        Assert.Equal(0.4, Five.PrecisionAt(100), 1e-12);
    }

    [Fact]
    public void RecallAt_Budget_StandsBesideTheBestPossible()
    {
        Assert.Equal(0.5, Five.RecallAt(0.4), 1e-12);
        Assert.Equal(1, Five.BestRecallAt(0.4), 1e-12);
        Assert.Equal(0.5, Five.BestRecallAt(0.2), 1e-12);
    }

    [Fact]
    public void Measures_AllScoresEqual_DoNotTellRowsApart()
    {
        var tied = new RankedLabels([0.5f, 0.5f, 0.5f, 0.5f], [true, false, false, false]);

        Assert.Equal(0.25, tied.AveragePrecision(), 1e-12);
        Assert.Equal(0.5, tied.RocArea(), 1e-12);
        Assert.Equal(0.25, tied.PrecisionAt(2), 1e-12);
    }

    [Fact]
    public void AveragePrecision_Counts_EqualsRowsRepeated()
    {
        var repeated = new RankedLabels([0.9f, 0.9f, 0.7f, 0.3f], [true, true, false, true]);

        // Row 0 never, row 1 twice, row 3 once, row 2 once, row 4 never.
        Assert.Equal(repeated.AveragePrecision(), Five.AveragePrecision([0, 2, 1, 1, 0]), 1e-12);
        Assert.Equal(repeated.RocArea(), Five.RocArea([0, 2, 1, 1, 0]), 1e-12);
    }

    [Theory]
    [InlineData(1.0, 0.9f)]
    [InlineData(0.6, 0.4f)]
    [InlineData(0.5, 0.3f)]
    [InlineData(0.1, 0.1f)]
    public void ThresholdFor_Precision_IsTheLowestScoreThatKeepsIt(double precision, float expected) =>
        Assert.Equal(expected, new RankedLabels([0.9f, 0.5f, 0.4f, 0.3f, 0.1f], [true, false, true, false, false]).ThresholdFor(precision));

    [Fact]
    public void ThresholdFor_NoneSoPrecise_IsNone() => Assert.True(double.IsNaN(new RankedLabels([0.9f], [false]).ThresholdFor(0.5)));

    [Fact]
    public void CalibrationError_TwoBins_IsTheWeightedGap()
    {
        // 0.1 twice with one hit: gap 0.4 each; 0.9 twice with two hits: gap 0.1 each.
        var labels = new RankedLabels([0.1f, 0.1f, 0.9f, 0.9f], [true, false, true, true]);

        Assert.Equal((0.8 + 0.2) / 4, labels.CalibrationError(), 1e-6);
    }

    [Fact]
    public void Measures_NoPositives_AreNotNumbers()
    {
        var none = new RankedLabels([0.1f, 0.2f], [false, false]);

        Assert.True(double.IsNaN(none.AveragePrecision()));
        Assert.True(double.IsNaN(none.RocArea()));
        Assert.True(double.IsNaN(none.RecallAt(0.1)));
    }

    [Fact]
    public void AveragePrecision_AnyRows_EqualsTheDefinition() =>
        Gen.Select(Gen.Int[0, 9], Gen.Bool).Array[1, 60].Where(rows => rows.Any(row => row.Item2)).Sample(rows =>
        {
            var scores = rows.Select(row => row.Item1 / 10f).ToArray();
            var positive = rows.Select(row => row.Item2).ToArray();
            var expected = 0.0;
            foreach (var threshold in scores.Distinct())
            {
                // Precision at a threshold, weighted by the recall that threshold adds.
                var above = Enumerable.Range(0, rows.Length).Where(i => scores[i] >= threshold).ToArray();
                var added = Enumerable.Range(0, rows.Length).Count(i => scores[i] == threshold && positive[i]);
                expected += (double)above.Count(i => positive[i]) / above.Length * added / positive.Count(true);
            }

            return Math.Abs(new RankedLabels(scores, positive).AveragePrecision() - expected) < 1e-9;
        });
}
