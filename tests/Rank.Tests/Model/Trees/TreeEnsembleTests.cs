using System.Text;
using CsCheck;
using Vigil.Rank.Model.Trees;
using Vigil.Rank.Native;

namespace Vigil.Rank.Tests.Model.Trees;

public sealed class TreeEnsembleTests
{
    private const int Columns = 4;

    private static readonly float[] Grown = Draw(2000, 3);

    private static readonly string[] Texts = [Fit(0, 16), Fit(1, 5)];

    [Fact]
    public void Score_SeveralOutputs_EachIsTheSumOfItsOwnTrees()
    {
        var both = TreeEnsemble.Read(Texts, Columns);
        TreeEnsemble[] alone = [.. Texts.Select(text => TreeEnsemble.Read([text], Columns))];
        var (scores, score) = (new double[2], new double[1]);

        foreach (var row in Draw(500, 4).Chunk(Columns))
        {
            both.Score(row, scores);
            for (var output = 0; output < 2; output++)
            {
                alone[output].Score(row, score);
                Assert.Equal(score[0], scores[output]);
            }
        }
    }

    // Pitfall 53: several callers score side by side.
    [Fact]
    public void Score_FromSeveralThreads_NoneWaitsForAnother()
    {
        var trees = TreeEnsemble.Read(Texts, Columns);
        float[][] rows = [.. Draw(500, 6).Chunk(Columns)];

        Assert.InRange(Waits.PerCall(() => ScoreAll(trees, rows)), 0, 0.05);
    }

    [Fact]
    public void Explain_AnyRow_SumsToItsScore()
    {
        var trees = TreeEnsemble.Read(Texts, Columns);
        var (scores, shares) = (new double[2], new double[Columns]);

        foreach (var row in Draw(50, 5).Chunk(Columns))
        {
            trees.Score(row, scores);
            trees.Explain(1, row, shares);
            Assert.Equal(scores[1], trees.Expectation(1) + shares.Sum(), 1e-9);
        }
    }

    [Fact]
    public void Explain_OneColumnDecides_OwesItMost()
    {
        var shares = new double[Columns];

        TreeEnsemble.Read(Texts, Columns).Explain(1, [0.5f, 0.9f, 0.5f, 0.5f], shares);

        Assert.True(shares[1] > Math.Abs(shares[0]) + Math.Abs(shares[2]) + Math.Abs(shares[3]));
    }

    [Theory]
    [InlineData("end of trees", "end")]
    [InlineData("max_feature_idx=3", "max_feature_idx=7")]
    [InlineData("num_cat=0", "num_cat=1")]
    [InlineData("decision_type=2", "decision_type=1")]
    [InlineData("left_child=", "left_child=0 ")]
    [InlineData("leaf_value=", "leaf_value=x ")]
    public void Read_AnotherText_IsRefused(string part, string instead) =>
        Assert.Throws<InvalidDataException>(() => TreeEnsemble.Read([Texts[0].Replace(part, instead, StringComparison.Ordinal)], Columns));

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        for (var length = 0; length < Texts[1].IndexOf("end of trees", StringComparison.Ordinal); length += 97)
        {
            Assert.Throws<InvalidDataException>(() => TreeEnsemble.Read([Texts[1][..length]], Columns));
        }
    }

    [Fact]
    public void Read_CircleOfSplits_IsRefused()
    {
        var circle = Texts[1].Replace("\nright_child=", "\nright_child=0 ", StringComparison.Ordinal);
        var at = circle.IndexOf("\nright_child=", StringComparison.Ordinal);
        var end = circle.IndexOf('\n', at + 1);
        var parts = circle[(at + 1)..end].Split(' ');

        Assert.Throws<InvalidDataException>(() => TreeEnsemble.Read([circle[..(at + 1)] + string.Join(' ', parts[..^1]) + circle[end..]], Columns));
    }

    [Theory]
    [InlineData("split_feature=", "split_feature=99999999999 ")]
    [InlineData("max_feature_idx=3", "max_feature_idx=99999999999")]
    public void Read_NumberBeyondItsType_IsRefused(string part, string instead) =>
        Assert.Throws<InvalidDataException>(() => TreeEnsemble.Read([Texts[1].Replace(part, instead, StringComparison.Ordinal)], Columns));

    [Fact]
    public void Read_AnyChangeOfASoundText_ScoresOrIsRefused() => HostileBytes.Near(Encoding.UTF8.GetBytes(Texts[1])).Sample(
        bytes => HostileBytes.Within(8 << 20, () =>
        {
            try
            {
                var trees = TreeEnsemble.Read([Encoding.UTF8.GetString(bytes)], Columns);
                var (scores, shares) = (new double[1], new double[Columns]);
                trees.Score([0.1f, 0.9f, 0.5f, 0.5f], scores);
                trees.Explain(0, [0.1f, 0.9f, 0.5f, 0.5f], shares);
                return "read";
            }
            catch (InvalidDataException fault)
            {
                return fault.Message;
            }
        }),
        iter: 1_000);

    /// <summary>Training itself compares what is read with what LightGBM predicts, bit for bit.</summary>
    private static string Fit(int column, int leaves) => BoosterTraining.Fit(
        Grown,
        Columns,
        [.. Enumerable.Range(0, Grown.Length / Columns).Select(row => Grown[(row * Columns) + column] > 0.5f ? 1f : 0)],
        [.. Enumerable.Repeat(1f, Grown.Length / Columns)],
        [],
        new() { Trees = 30, Leaves = leaves, LeastRowsInLeaf = 5 },
        CancellationToken.None);

    private static void ScoreAll(TreeEnsemble trees, float[][] rows)
    {
        Span<double> scores = stackalloc double[2];
        foreach (var row in rows)
        {
            trees.Score(row, scores);
        }
    }

    private static float[] Draw(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * Columns).Select(_ => random.NextSingle())];
    }
}
