using Vigil.Pipeline.Training;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Tests.Training;

public sealed class LinearFitTests
{
    private const int Rows = 20_000;

    [Fact]
    public void Fit_KnownWeights_AreRecovered()
    {
        var random = new Random(3);
        var features = new float[Rows * 4];
        var labels = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            var (a, b) = ((float)(random.NextDouble() * 2), (float)(random.NextDouble() * 20));
            features[(row * 4) + 0] = a;
            features[(row * 4) + 1] = b;
            features[(row * 4) + 3] = 1e9f; // beyond the columns that are used
            labels[row] = random.NextDouble() < LogOdds.ToProbability((2 * a) - (0.3 * b) + 0.5) ? 1 : 0;
        }

        var fit = LinearFit.Fit(features, 4, 3, [.. Enumerable.Range(0, Rows)], labels, [.. Enumerable.Repeat(1f, Rows)], [], TestContext.Current.CancellationToken);

        Assert.Equal(2, fit.Weights[0], 0.15);
        Assert.Equal(-0.3, fit.Weights[1], 0.02);
        Assert.Equal(0, fit.Weights[2], 1e-6); // a constant column
        Assert.Equal(0.5, fit.Bias, 0.15);
        Assert.Equal(10, fit.Means[1], 0.2);
    }

    [Fact]
    public void Fit_RowsOfNoWeight_DoNotCount()
    {
        float[] features = [0, 1, 0, 1, 0, 1];
        float[] labels = [0, 1, 0, 1, 1, 0];

        var fit = LinearFit.Fit(features, 1, 1, [0, 1, 2, 3, 4, 5], labels, [50, 50, 50, 50, 0, 0], [], TestContext.Current.CancellationToken);

        Assert.True(fit.Weights[0] > 1);
    }

    [Fact]
    public void Fit_OffsetsExplainTheLabels_LeavesNothingToTheWeights()
    {
        float[] features = [0, 1, 0, 1];
        float[] labels = [0, 1, 0, 1];
        float[] weights = [50, 50, 50, 50];

        var fit = LinearFit.Fit(features, 1, 1, [0, 1, 2, 3], labels, weights, [-9, 9, -9, 9], TestContext.Current.CancellationToken);

        Assert.Equal(0, fit.Weights[0], 0.1);
    }
}
