using CsCheck;

namespace Vigil.Embed.Tests;

public sealed class BatchPlannerTests
{
    private const int CallTokens = 18;

    [Fact]
    public void Plan_AnyLengths_HoldsEveryRowOnceWithinTheBudget()
    {
        Gen.Select(Gen.Int[1, 256].Array[0, 300], Gen.Int[256, 2_000], Gen.Int[1, 16]).Sample((lengths, budget, threads) =>
        {
            var plan = Plan(lengths, budget, threads);

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

        var plan = Plan(lengths, 300, threads: 1);

        Assert.Equal([1, 5, 3], plan[0].Rows.ToArray());
        Assert.Equal([2, 0, 4], plan[1].Rows.ToArray());
    }

    [Fact]
    public void Plan_StreamOfPosts_WastesLittle()
    {
        // Lengths as of posts: many short, few long.
        var random = new Random(7);
        var lengths = Enumerable.Range(0, 256).Select(_ => Math.Clamp((int)Math.Exp(3 + (0.8 * ((random.NextDouble() * 4) - 2))), 3, 256)).ToArray();

        var plan = Plan(lengths, 384, threads: 2);

        Assert.True(lengths.Sum() >= 0.93 * plan.Sum(batch => batch.PaddedTokens));
    }

    /// <summary>What a worker seals at a moderate load: cut by the budget alone, such batches were padded by a fifth to a third.</summary>
    [Fact]
    public void Plan_SmallBatchOfPosts_WastesLittleAndMakesFewCalls()
    {
        var random = new Random(7);
        var lengths = Enumerable.Range(0, 40).Select(_ => Math.Clamp((int)Math.Exp(3 + (0.8 * ((random.NextDouble() * 4) - 2))), 3, 256)).ToArray();

        var plan = Plan(lengths, 384, threads: 2);

        Assert.True(lengths.Sum() >= 0.85 * plan.Sum(batch => batch.PaddedTokens));
        Assert.InRange(plan.Count, 2, 12);
    }

    [Fact]
    public void Plan_FewRows_CostsTheLeastOfAllWaysToCut() => Gen.Int[1, 60].Array[1, 9].Sample(lengths =>
    {
        var plan = Plan(lengths, 200, threads: 1);

        Assert.Equal(Cheapest([.. lengths.OrderDescending()], 200), plan.Sum(batch => CallTokens + batch.PaddedTokens));
    });

    [Fact]
    public void Plan_RowOverTheBudget_StandsAlone()
    {
        var plan = Plan([256, 256], 100, threads: 2);

        Assert.Equal([1, 1], plan.Select(batch => batch.Rows.Length));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(48)]
    [InlineData(61)]
    [InlineData(75)]
    public void Plan_SeveralThreads_GivesEachTheSame(int rows)
    {
        // 20 tokens a row: of 384, the calls would be 1, 3, 4 and 4, of which one thread had up to twice as much as the other.
        var lengths = Enumerable.Repeat(20, rows).ToArray();

        var plan = Plan(lengths, 384, threads: 2);

        var first = plan.Where((_, place) => place % 2 == 0).Sum(batch => batch.PaddedTokens);
        var second = plan.Sum(batch => batch.PaddedTokens) - first;
        Assert.InRange(Math.Abs(first - second), 0, Math.Max(20, 0.1 * 20 * rows));
    }

    [Fact]
    public void Plan_FewTokensForManyThreads_MakesNoTinyCalls()
    {
        var plan = Plan([.. Enumerable.Repeat(10, 32)], 384, threads: 64);

        Assert.True(plan.Count <= 6);
    }

    private static IReadOnlyList<MicroBatch> Plan(int[] lengths, int budget, int threads) => new BatchPlanner(budget, CallTokens, threads).Plan(lengths);

    // Every way there is, tried.
    private static int Cheapest(ReadOnlySpan<int> sorted, int budget)
    {
        if (sorted.IsEmpty)
        {
            return 0;
        }

        var least = int.MaxValue;
        for (var count = 1; count <= sorted.Length && (count == 1 || count * sorted[0] <= budget); count++)
        {
            least = Math.Min(least, CallTokens + (count * sorted[0]) + Cheapest(sorted[count..], budget));
        }

        return least;
    }
}
