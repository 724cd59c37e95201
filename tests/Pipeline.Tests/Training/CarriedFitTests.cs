using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Tests.Training;

public sealed class CarriedFitTests
{
    private const int Rows = 4000;

    /// <summary>Column 0 tells violations within each source, column 1 the source that is full of them.</summary>
    [Fact]
    public void Fit_SourceFullOfViolations_WeighsWhatTellsThemWithinIt()
    {
        var random = new Random(5);
        var (vectors, labels, sources) = (new float[Rows * 3], new float[Rows], new int[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            sources[row] = row % 2;
            var violates = random.NextDouble() < (sources[row] == 1 ? 0.9 : 0.1);
            labels[row] = violates ? 1 : 0;
            vectors[row * 3] = (violates ? 1 : -1) + (4 * (random.NextSingle() - 0.5f));
            vectors[(row * 3) + 1] = sources[row];
        }

        var fit = new CarriedFit(vectors, 3, sources, TestContext.Current.CancellationToken)
            .Fit([.. Enumerable.Range(0, Rows)], labels, [.. Enumerable.Repeat(1f, Rows)]);
        var alone = new CarriedFit(vectors, 3, new int[Rows], TestContext.Current.CancellationToken)
            .Fit([.. Enumerable.Range(0, Rows)], labels, [.. Enumerable.Repeat(1f, Rows)]);

        Assert.True(fit[0] > 1);
        Assert.InRange(fit[1], 0, 0.75 * alone[1]);
        Assert.Equal(0, fit[2]);
    }

    [Fact]
    public void Fit_ManyViolations_ExpectsAsMany()
    {
        var labels = Enumerable.Range(0, Rows).Select(row => row % 4 == 0 ? 1f : 0).ToArray();

        var fit = new CarriedFit(new float[Rows], 1, new int[Rows], TestContext.Current.CancellationToken)
            .Fit([.. Enumerable.Range(0, Rows)], labels, [.. Enumerable.Repeat(1f, Rows)]);

        Assert.Equal(Math.Log(1.0 / 3), fit[1], 1e-3);
    }
}
