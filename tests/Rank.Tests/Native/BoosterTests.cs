using System.Security.Cryptography;
using System.Text;
using Vigil.Rank.Native;

namespace Vigil.Rank.Tests.Native;

public sealed class BoosterTests
{
    private const int Rows = 600;
    private const int Columns = 3;

    private static readonly float[] Values = Draw();

    private static readonly BoosterSettings Few = new() { Trees = 20, Leaves = 4, LeastRowsInLeaf = 5 };

    [Fact]
    public void Fit_OneColumnDecides_PredictsIt()
    {
        using var booster = Fit([]);
        var scores = new double[2];

        booster.Predict([0.9f, 0.5f, 0.5f, 0.1f, 0.5f, 0.5f], scores);

        Assert.True(scores[0] > 1 && scores[1] < -1, $"{scores[0]}, {scores[1]}");
    }

    [Fact]
    public void Fit_SameRows_GivesTheSameTrees()
    {
        using var first = Fit([]);
        using var second = Fit([]);

        Assert.Equal(first.Save(), second.Save());
    }

    [Fact]
    public void Explain_AnyRow_SumsToItsScore()
    {
        using var booster = Fit([]);
        var (score, shares) = (new double[1], new double[Columns + 1]);

        booster.Predict([0.7f, 0.2f, 0.4f], score);
        booster.Explain([0.7f, 0.2f, 0.4f], shares);

        Assert.Equal(score[0], shares.Sum(), 1e-9);
        Assert.True(shares[0] > Math.Abs(shares[1]) + Math.Abs(shares[2]));
    }

    [Fact]
    public void Predict_TrainedWithOffsets_LeavesThemOut()
    {
        // The offsets explain the labels fully, so the trees themselves say nothing.
        using var booster = Fit([.. Enumerable.Range(0, Rows).Select(row => Label(row) > 0 ? 8.0 : -8.0)]);
        var scores = new double[2];

        booster.Predict([0.9f, 0.5f, 0.5f, 0.1f, 0.5f, 0.5f], scores);

        Assert.InRange(scores[0] - scores[1], -0.1, 0.1);
    }

    [Fact]
    public void Load_Saved_PredictsTheSame()
    {
        using var booster = Fit([]);
        var text = Encoding.UTF8.GetBytes(booster.Save());
        using var loaded = Booster.Load(text, Convert.ToHexStringLower(SHA256.HashData(text)));
        var (before, after) = (new double[1], new double[1]);

        booster.Predict([0.6f, 0.1f, 0.9f], before);
        loaded.Predict([0.6f, 0.1f, 0.9f], after);

        Assert.Equal(before, after);
    }

    [Fact]
    public void Load_TextCutShort_IsRefusedBeforeLightGbmReadsIt()
    {
        using var booster = Fit([]);
        var text = Encoding.UTF8.GetBytes(booster.Save());

        Assert.Throws<InvalidDataException>(() => Booster.Load(text[..(text.Length / 2)], Convert.ToHexStringLower(SHA256.HashData(text))));
    }

    [Fact]
    public void Load_NoModel_IsAnError() => Assert.Throws<LightGbmException>(() => Booster.Load("no model"));

    [Fact]
    public void Predict_WholeRowsMissing_IsABug()
    {
        using var booster = Fit([]);

        Assert.Throws<ArgumentException>(() => booster.Predict(new float[4], new double[1]));
        booster.Predict([], []);
    }

    private static Booster Fit(double[] offsets)
    {
        return BoosterTraining.Fit(
            Values, Columns, [.. Enumerable.Range(0, Rows).Select(Label)], [.. Enumerable.Repeat(1f, Rows)], offsets, Few, TestContext.Current.CancellationToken);
    }

    private static float[] Draw()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.NextSingle())];
    }

    private static float Label(int row) => Values[row * Columns] > 0.5f ? 1 : 0;
}
