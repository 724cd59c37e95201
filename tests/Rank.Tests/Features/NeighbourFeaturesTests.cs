using Vigil.Rank.Features;

namespace Vigil.Rank.Tests.Features;

public sealed class NeighbourFeaturesTests
{
    [Fact]
    public void Fill_BothSides_ByHand()
    {
        var row = new float[6];

        NeighbourFeatures.Fill([0.9f, 0.5f, 0], [4, 2, -1], [0.6f, 0, 0], [7, -1, -1], row);

        Assert.Equal(0.9f, row[0]);
        Assert.Equal(0.7f, row[1], 1e-6f);
        Assert.Equal(0.6f, row[2]);
        Assert.Equal(0.6f, row[3]);
        Assert.Equal(Math.Log(1 + Math.Exp(10.8) + Math.Exp(6)) - Math.Log(1 + Math.Exp(7.2)), row[4], 1e-4);
        Assert.Equal(0.1f, row[5], 1e-6f);
    }

    [Fact]
    public void Fill_NoEntryOnEitherSide_IsAllZero()
    {
        var row = new float[6];

        NeighbourFeatures.Fill([0, 0], [-1, -1], [0, 0], [-1, -1], row);

        Assert.Equal(new float[6], row);
    }

    [Fact]
    public void Fill_MoreThanFive_LooksAtFive()
    {
        var (few, many) = (new float[6], new float[6]);

        NeighbourFeatures.Fill([.9f, .8f, .7f, .6f, .5f], [0, 1, 2, 3, 4], [], [], few);
        NeighbourFeatures.Fill([.9f, .8f, .7f, .6f, .5f, .4f], [0, 1, 2, 3, 4, 5], [], [], many);

        Assert.Equal(few, many);
    }
}
