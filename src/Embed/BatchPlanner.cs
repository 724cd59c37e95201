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
/// padded tokens. Padding then stays a few percent, and no call outgrows the caches.
/// </summary>
internal static class BatchPlanner
{
    /// <param name="lengths">Tokens of every row, at least 1.</param>
    /// <param name="budget">Padded tokens of a call; a single row may pass it.</param>
    /// <returns>Every row once; the same plan for the same lengths.</returns>
    public static IReadOnlyList<MicroBatch> Plan(ReadOnlySpan<int> lengths, int budget)
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
        var batches = new List<MicroBatch>();
        for (var first = 0; first < order.Length;)
        {
            var width = lengths[order[first]];
            var count = Math.Clamp(budget / width, 1, order.Length - first);
            var rows = order.AsMemory(first, count);
            batches.Add(new MicroBatch(rows, width, Sum(lengths, rows.Span)));
            first += count;
        }

        return batches;
    }

    private static int Sum(ReadOnlySpan<int> lengths, ReadOnlySpan<int> rows)
    {
        var sum = 0;
        foreach (var row in rows)
        {
            sum += lengths[row];
        }

        return sum;
    }
}
