using CsCheck;
using Vigil.Contracts;
using Vigil.Rank.Policies;

namespace Vigil.Rank.Tests.Policies;

public sealed class ItemValueTests
{
    private static readonly PolicySet Two = new(
        [new("mild", "Mild", 1, 60, "mild", "leads", 0.5), new("grave", "Grave", 5, 120, "grave", "leads", 0.5)], "hash");

    [Fact]
    public void Of_TwoPolicies_IsTheSumByHand()
    {
        // 0.5 × 2^0 ÷ 1 minute + 0.25 × 2^4 ÷ 2 minutes = 2.5; log2(2 + 6) = 3.
        var value = ItemValue.Of(Scores(0.5, 0.25), Two, new(null, 0.25, null));

        Assert.Equal(7.5, value, 1e-9);
    }

    [Fact]
    public void Of_PolicyAtOnePercent_DoesNotCount() =>
        Assert.Equal(0.5, ItemValue.Of(Scores(0.5, 0.01), Two, Reach.Unknown), 1e-9);

    [Fact]
    public void Of_NothingLikely_IsTheLeastValue() =>
        Assert.Equal(ItemValue.Least, ItemValue.Of(Scores(0, 0), Two, Reach.Unknown));

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(10.0, 5_000L, 240)]
    [InlineData(null, 5_000L, 500)]
    [InlineData(-1.0, 50L, 5)]
    [InlineData(double.NaN, null, 0)]
    [InlineData(1.7e308, null, ItemValue.MostViews)]
    [InlineData(double.MaxValue, 50L, ItemValue.MostViews)]
    [InlineData(double.PositiveInfinity, 50L, 5)]
    [InlineData(null, long.MaxValue, ItemValue.MostViews)]
    public void ExpectedViews_Reach_PrefersViewsPerHour(double? perHour, long? followers, double expected) =>
        Assert.Equal(expected, ItemValue.ExpectedViews(new(1_000_000, perHour, followers)));

    [Fact]
    public void Of_AnyScoresAndReach_StaysInItsRange() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double, Gen.Long).Sample((mild, grave, perHour, followers) =>
            double.IsFinite(ItemValue.ExpectedViews(new(null, perHour, followers)))
            && ItemValue.Of(Scores(mild, grave), Two, new(null, perHour, followers)) is var value && value >= ItemValue.Least && value <= ItemValue.Most);

    private static PolicyScore[] Scores(double mild, double grave) => [new("mild", mild, 0.5), new("grave", grave, 0.5)];
}
