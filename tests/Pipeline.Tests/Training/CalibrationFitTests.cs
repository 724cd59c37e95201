using Vigil.Pipeline.Evaluation;
using Vigil.Pipeline.Training;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Tests.Training;

public sealed class CalibrationFitTests
{
    [Theory]
    [InlineData(500)] // Platt scaling
    [InlineData(20_000)] // isotonic
    public void Fit_KnownSlopeAndBias_IsRecovered(int rows)
    {
        var (raw, positive) = Draw(rows, slope: 0.5, bias: -1);

        var calibrator = CalibrationFit.Fit(raw, positive);

        foreach (var x in new[] { -2.0, 0, 2 })
        {
            Assert.Equal(LogOdds.ToProbability((0.5 * x) - 1), calibrator.Probability(x), 0.09);
        }
    }

    [Fact]
    public void Fit_Overconfident_BringsTheErrorDown()
    {
        var (raw, positive) = Draw(20_000, slope: 0.4, bias: -0.5);
        var (freshRaw, freshPositive) = Draw(5_000, slope: 0.4, bias: -0.5, seed: 2);
        var calibrator = CalibrationFit.Fit(raw, positive);

        var before = new RankedLabels([.. freshRaw.Select(x => (float)LogOdds.ToProbability(x))], freshPositive).CalibrationError();
        var after = new RankedLabels([.. freshRaw.Select(x => (float)calibrator.Probability(x))], freshPositive).CalibrationError();

        Assert.True(after < 0.03 && before > 0.1, $"{before} to {after}");
    }

    [Fact]
    public void Fit_OneKindOfLabelOnly_LeavesScoresAsTheyAre()
    {
        Assert.Equal(LogOdds.ToProbability(1.5), CalibrationFit.Fit([1, 2, 3], [true, true, true]).Probability(1.5), 1e-9);
        Assert.Equal(LogOdds.ToProbability(1.5), CalibrationFit.Fit([], []).Probability(1.5), 1e-9);
    }

    [Fact]
    public void Fit_ScoresThatSayTheOpposite_StillRises()
    {
        var (raw, positive) = Draw(3_000, slope: -2, bias: 0);

        var calibrator = CalibrationFit.Fit(raw, positive);

        Assert.True(calibrator.Probability(3) >= calibrator.Probability(-3));
    }

    private static (double[] Raw, bool[] Positive) Draw(int rows, double slope, double bias, int seed = 1)
    {
        var random = new Random(seed);
        var raw = Enumerable.Range(0, rows).Select(_ => (random.NextDouble() * 8) - 4).ToArray();
        return (raw, [.. raw.Select(x => random.NextDouble() < LogOdds.ToProbability((slope * x) + bias))]);
    }
}
