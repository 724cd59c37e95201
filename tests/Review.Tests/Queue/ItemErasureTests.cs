using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Queue;

public sealed class ItemErasureTests(RedisServer redis)
{
    // A rebuild may be under way: what was erased must not come back with its swap.
    [Fact]
    public async Task Run_WhileAnotherGenerationIsBuilt_TakesTheSnippetsOutOfBoth()
    {
        var bench = new ProjectionBench(redis);
        bench.Append(LogRecords.Ranked("a", 0, 'A', Disposition.Queued, LogRecords.Day0, 0));
        bench.Append(LogRecords.Ranked("b", 0, 'B', Disposition.Queued, LogRecords.Day0, 1));
        await bench.ApplyAllAsync();
        var next = await bench.BuildAsync(ranked: 2, decisions: 0);

        var erased = await new ItemErasure(bench.Scripts).RunAsync("a");

        Assert.Equal(new ErasedItem(Known: true, Snippets: 2, WasLeased: false), erased);
        foreach (var generation in new[] { bench.Generation!, next })
        {
            var left = await bench.DumpAsync(generation);
            Assert.DoesNotContain(left, line => line.StartsWith("i:a p:", StringComparison.Ordinal));
            Assert.Contains(left, line => line.StartsWith("i:b p:", StringComparison.Ordinal));
            Assert.DoesNotContain(left, line => line.StartsWith("q:hate a ", StringComparison.Ordinal));
        }
    }
}
