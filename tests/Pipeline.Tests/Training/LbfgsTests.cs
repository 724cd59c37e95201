using CsCheck;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Tests.Training;

public sealed class LbfgsTests
{
    [Fact]
    public void Minimise_LongValley_FindsItsLowestPoint()
    {
        double[] steepness = [1, 10, 100, 1000];

        var found = Lbfgs.Minimise(Bowl, 4, 100);

        Assert.All(found.Index(), each => Assert.Equal(each.Index + 1, each.Item, 0.01));

        double Bowl(double[] point, double[] gradient)
        {
            var value = 0.0;
            for (var i = 0; i < point.Length; i++)
            {
                var off = point[i] - (i + 1);
                gradient[i] = 2 * steepness[i] * off;
                value += steepness[i] * off * off;
            }

            return value;
        }
    }

    [Fact]
    public void Intercept_AnyScores_ExpectsAsManyAsThereAre() =>
        Gen.Select(Gen.Double[-5, 5], Gen.Bool).Array[2, 40].Where(rows => rows.Any(row => row.Item2) && rows.Any(row => !row.Item2)).Sample(rows =>
        {
            var labels = rows.Select(row => row.Item2 ? 1f : 0).ToArray();
            var constant = Intercept.Of([.. rows.Select(row => row.Item1)], labels, [.. rows.Select(_ => 2f)]);
            var expected = rows.Sum(row => Rank.Model.LogOdds.ToProbability(row.Item1 + constant));
            return Math.Abs(expected - labels.Sum()) < 1e-3;
        });
}
