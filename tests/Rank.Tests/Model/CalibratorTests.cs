using CsCheck;
using Vigil.Rank.Model;

namespace Vigil.Rank.Tests.Model;

public sealed class CalibratorTests
{
    [Fact]
    public void Probability_TwoKnots_IsPlattScaling()
    {
        var platt = new Calibrator([-1, 1], [-3, 1]); // slope 2, bias -1

        Assert.Equal(LogOdds.ToProbability(-1), platt.Probability(0), 1e-12);
        Assert.Equal(LogOdds.ToProbability(9), platt.Probability(5), 1e-12);
        Assert.Equal(LogOdds.ToProbability(-21), platt.Probability(-10), 1e-12);
    }

    [Fact]
    public void Probability_RisingKnots_NeverChangesAnOrder()
    {
        var calibrator = new Calibrator([-4, -1, 0, 3], [-5, -2, -1.9, 2]);
        Gen.Select(Gen.Double[-30, 30], Gen.Double[-30, 30]).Sample((a, b) =>
            a < b ? calibrator.Probability(a) <= calibrator.Probability(b) : calibrator.Probability(a) >= calibrator.Probability(b));
    }

    [Theory]
    [InlineData(new double[] { 1 }, new double[] { 1 })]
    [InlineData(new double[] { 1, 2 }, new double[] { 2, 1 })]
    [InlineData(new double[] { 1, 1 }, new double[] { 1, 2 })]
    [InlineData(new double[] { 1, double.NaN }, new double[] { 1, 2 })]
    public void New_KnotsThatDoNotRise_AreRefused(double[] raw, double[] calibrated) =>
        Assert.Throws<InvalidDataException>(() => new Calibrator(raw, calibrated));

    [Fact]
    public void NoisyOr_Probabilities_IsOneMinusTheProduct() => Gen.Double[-8, 8].Array[1, 7].Sample(logOdds =>
    {
        var none = logOdds.Aggregate(1.0, (product, each) => product * (1 - LogOdds.ToProbability(each)));
        return Math.Abs(LogOdds.ToProbability(LogOdds.NoisyOr(logOdds)) - (1 - none)) < 1e-9;
    });
}
