using Vigil.Rank.Model.Trees;
using Vigil.Rank.Native;

namespace Vigil.Rank.Tests.Native;

public sealed class BoosterTrainingTests
{
    private const int Rows = 600;
    private const int Columns = 3;

    private static readonly float[] Values = Draw();

    private static readonly BoosterSettings Few = new() { Trees = 20, Leaves = 4, LeastRowsInLeaf = 5 };

    [Fact]
    public void Fit_OneColumnDecides_PredictsIt()
    {
        var scores = Scores(Fit([]), [0.9f, 0.5f, 0.5f, 0.1f, 0.5f, 0.5f]);

        Assert.True(scores[0] > 1 && scores[1] < -1, $"{scores[0]}, {scores[1]}");
    }

    [Fact]
    public void Fit_SameRows_GivesTheSameTrees() => Assert.Equal(Fit([]), Fit([]));

    [Fact]
    public void Fit_WithOffsets_LeavesThemOutOfTheTrees()
    {
        // The offsets explain the labels fully, so the trees themselves say nothing.
        var scores = Scores(Fit([.. Enumerable.Range(0, Rows).Select(row => Label(row) > 0 ? 8.0 : -8.0)]), [0.9f, 0.5f, 0.5f, 0.1f, 0.5f, 0.5f]);

        Assert.InRange(scores[0] - scores[1], -0.1, 0.1);
    }

    private static string Fit(double[] offsets)
    {
        return BoosterTraining.Fit(
            Values, Columns, [.. Enumerable.Range(0, Rows).Select(Label)], [.. Enumerable.Repeat(1f, Rows)], offsets, Few, TestContext.Current.CancellationToken);
    }

    private static double[] Scores(string trees, float[] rows)
    {
        var scores = new double[rows.Length / Columns];
        for (var row = 0; row < scores.Length; row++)
        {
            TreeEnsemble.Read([trees], Columns).Score(rows.AsSpan(row * Columns, Columns), scores.AsSpan(row, 1));
        }

        return scores;
    }

    private static float[] Draw()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.NextSingle())];
    }

    private static float Label(int row) => Values[row * Columns] > 0.5f ? 1 : 0;
}
