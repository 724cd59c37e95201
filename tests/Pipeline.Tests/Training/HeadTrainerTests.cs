using Vigil.Pipeline.Training;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Tests.Training;

public sealed class HeadTrainerTests
{
    private static readonly string[] Words = ["lake", "morning", "teapot", "bicycle", "window", "garden"];

    [Fact]
    public void Fit_OneWordDecides_TellsTextsApartByWordingAndMeaning()
    {
        var (rows, targets) = Rows();

        var tables = HeadTrainer.Fit(rows, Order(rows), targets, 2, new(), TestContext.Current.CancellationToken);

        var (with, without) = (Score(tables, rows, 0), Score(tables, rows, 1));
        foreach (var head in new[] { 0, 2, 4 }) // wording, meaning, joint of output 0
        {
            Assert.True(with[head] > 1 && without[head] < -1, $"head {head}: {with[head]}, {without[head]}");
        }
    }

    [Fact]
    public void Fit_MaskedOutput_LearnsNothing()
    {
        var (rows, targets) = Rows();

        var tables = HeadTrainer.Fit(rows, Order(rows), targets, 2, new(), TestContext.Current.CancellationToken);

        Assert.Equal([0f, 0f, 0f], [Score(tables, rows, 0)[1], Score(tables, rows, 0)[3], Score(tables, rows, 0)[5]]);
    }

    [Fact]
    public void Fit_SameRows_GivesTheSameWeights()
    {
        var (rows, targets) = Rows();
        HeadTables Fit() => HeadTrainer.Fit(rows, Order(rows), targets, 2, new(), TestContext.Current.CancellationToken);

        Assert.Equal(Fit().Wording, Fit().Wording);
    }

    [Fact]
    public void Mean_OfTables_ScoresTheMean()
    {
        var (rows, targets) = Rows();
        HeadTables Fit(int passes) => HeadTrainer.Fit(rows, Order(rows), targets, 2, new() { Passes = passes }, TestContext.Current.CancellationToken);
        var (one, two) = (Fit(1), Fit(2));

        var mean = Score(HeadFit.Mean([one, two]), rows, 3);

        for (var head = 0; head < 6; head++)
        {
            Assert.Equal((Score(one, rows, 3)[head] + Score(two, rows, 3)[head]) / 2, mean[head], 1e-4f);
        }
    }

    // Even rows hold the word and vector that decide; output 1 is masked everywhere.
    private static (HeadRows Rows, (float Label, float Weight)[] Targets) Rows()
    {
        var texts = Enumerable.Range(0, 200).Select(i => $"{Words[i % 6]} {Words[i / 6 % 6]} {(i % 2 == 0 ? "snarfle" : "kettle")}").ToArray();
        var vectors = Enumerable.Range(0, 200).SelectMany(i => i % 2 == 0 ? new[] { 0.8f, 0.6f } : [0.6f, -0.8f]).ToArray();
        return (new(texts, vectors, 2), [.. Enumerable.Range(0, 200).SelectMany(i => new[] { (i % 2 == 0 ? 1f : 0, 1f), (1f, 0f) })]);
    }

    private static int[] Order(HeadRows rows) => StableHash.Permutation(rows.Count, 5);

    private static float[] Score(HeadTables tables, HeadRows rows, int row)
    {
        var heads = new float[6];
        tables.Score(rows.Buckets(row), rows.Vector(row), heads);
        return heads;
    }
}
