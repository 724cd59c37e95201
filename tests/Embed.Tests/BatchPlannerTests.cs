using CsCheck;

namespace Vigil.Embed.Tests;

public sealed class BatchPlannerTests
{
    [Fact]
    public void Plan_AnyLengths_HoldsEveryRowOnceWithinTheBudget()
    {
        Gen.Select(Gen.Int[1, 256].Array[0, 300], Gen.Int[256, 2_000]).Sample((lengths, budget) =>
        {
            var plan = BatchPlanner.Plan(lengths, budget);

            Assert.Equal(Enumerable.Range(0, lengths.Length), plan.SelectMany(batch => batch.Rows.ToArray()).Order());
            Assert.All(plan, batch =>
            {
                var rows = batch.Rows.ToArray();
                Assert.Equal(rows.Max(row => lengths[row]), batch.Width);
                Assert.Equal(rows.Sum(row => lengths[row]), batch.UsefulTokens);
                Assert.True(batch.PaddedTokens <= budget);
            });
        });
    }

    [Fact]
    public void Plan_MixedLengths_PutsLikeLengthsTogether()
    {
        int[] lengths = [3, 100, 4, 98, 3, 99];

        var plan = BatchPlanner.Plan(lengths, 300);

        Assert.Equal([1, 5, 3], plan[0].Rows.ToArray());
        Assert.Equal([2, 0, 4], plan[1].Rows.ToArray());
    }

    [Fact]
    public void Plan_StreamOfPosts_WastesLittle()
    {
        // Lengths as of posts: many short, few long.
        var random = new Random(7);
        var lengths = Enumerable.Range(0, 256).Select(_ => Math.Clamp((int)Math.Exp(3 + (0.8 * ((random.NextDouble() * 4) - 2))), 3, 256)).ToArray();

        var plan = BatchPlanner.Plan(lengths, 384);

        Assert.True(lengths.Sum() >= 0.9 * plan.Sum(batch => batch.PaddedTokens));
    }

    [Fact]
    public void Plan_RowOverTheBudget_StandsAlone()
    {
        var plan = BatchPlanner.Plan([256, 256], 100);

        Assert.Equal([1, 1], plan.Select(batch => batch.Rows.Length));
    }
}
