using System.Numerics.Tensors;

namespace Vigil.Embed;

/// <summary>Rows of one call of the graph, all padded to the longest.</summary>
/// <param name="Rows">Indexes into the caller's windows.</param>
/// <param name="Width">Tokens of the longest row.</param>
/// <param name="UsefulTokens">Tokens without padding.</param>
internal readonly record struct MicroBatch(ReadOnlyMemory<int> Rows, int Width, int UsefulTokens)
{
    public int PaddedTokens => Rows.Length * Width;
}

/// <summary>
/// Groups rows of like length: sorted by length, longest first, then cut wherever one more row would pass the budget of
/// padded tokens. Padding then stays a few percent, and no call outgrows the caches. The calls are as many as the threads
/// or a multiple of them, and about equally large, so that no thread is left waiting for another's last one.
/// </summary>
internal static class BatchPlanner
{
    // Smaller calls cost more than an idle thread.
    private const int LeastTokens = 64;

    /// <param name="lengths">Tokens of every row, at least 1.</param>
    /// <param name="budget">Padded tokens of a call; a single row may pass it.</param>
    /// <param name="threads">Calls at a time, at least 1.</param>
    /// <returns>Every row once; the same plan for the same lengths.</returns>
    public static IReadOnlyList<MicroBatch> Plan(ReadOnlySpan<int> lengths, int budget, int threads)
    {
        var order = LongestFirst(lengths);
        var tokens = TensorPrimitives.Sum(lengths);
        var plan = Cut(lengths, order, budget, tokens, parts: 1);
        for (var parts = RoundUp(plan.Count, threads); threads > 1 && parts <= tokens / LeastTokens; parts += threads)
        {
            // Long rows fill the budget before their share is reached: then there are more calls than were meant.
            plan = Cut(lengths, order, budget, tokens, parts);
            if (plan.Count <= parts)
            {
                break;
            }
        }

        return plan;
    }

    private static int RoundUp(int count, int multiple) => (count + multiple - 1) / multiple * multiple;

    private static int[] LongestFirst(ReadOnlySpan<int> lengths)
    {
        var order = new int[lengths.Length];
        var keys = new long[lengths.Length];
        for (var row = 0; row < order.Length; row++)
        {
            order[row] = row;
            // Longest first; equal lengths stay in the caller's order.
            keys[row] = ((long)(int.MaxValue - lengths[row]) << 32) | (uint)row;
        }

        Array.Sort(keys, order);
        return order;
    }

    // A call ends where the budget does, or where its share of all tokens is reached.
    private static List<MicroBatch> Cut(ReadOnlySpan<int> lengths, int[] order, int budget, long tokens, int parts)
    {
        var batches = new List<MicroBatch>();
        var before = 0L;
        for (var first = 0; first < order.Length;)
        {
            var width = lengths[order[first]];
            var most = Math.Clamp(budget / width, 1, order.Length - first);
            var share = tokens * (batches.Count + 1) / parts;
            var count = 0;
            var useful = 0;
            do
            {
                useful += lengths[order[first + count++]];
            }
            while (count < most && before + useful < share);

            batches.Add(new MicroBatch(order.AsMemory(first, count), width, useful));
            first += count;
            before += useful;
        }

        return batches;
    }
}
