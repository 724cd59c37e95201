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
/// Groups rows of like length: sorted by length, longest first, and cut where padding and the cost of calls together are
/// least, no call above the budget of padded tokens. If threads would end sooner with more calls that are alike, those are taken.
/// </summary>
/// <param name="budget">Padded tokens of a call; a single row may pass it.</param>
/// <param name="callTokens">What a call costs beside its tokens, in tokens.</param>
/// <param name="threads">Calls at a time, at least 1.</param>
internal sealed class BatchPlanner(int budget, int callTokens, int threads)
{
    // Smaller calls cost more than an idle thread.
    private const int LeastTokens = 64;

    private const int FewRows = 1_024;

    /// <param name="lengths">Tokens of every row, at least 1.</param>
    /// <returns>Every row once; the same plan for the same lengths.</returns>
    public IReadOnlyList<MicroBatch> Plan(ReadOnlySpan<int> lengths)
    {
        var order = LongestFirst(lengths);
        var best = Cut(lengths, order, budget);
        if (threads == 1 || order.Length == 0)
        {
            return best;
        }

        // An equal share for every thread, and the same with room for one more row, since rows cannot be divided.
        var share = best.Sum(batch => batch.PaddedTokens) / RoundUp(best.Count, threads);
        var row = (int)(TensorPrimitives.Sum(lengths) / order.Length);
        foreach (var size in new[] { share, share + row }.Select(size => Math.Max(size, LeastTokens)).Where(size => size < budget))
        {
            var even = Cut(lengths, order, size);
            best = Longest(even) < Longest(best) ? even : best;
        }

        return best;
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

    // Dynamic programming from the shortest row back: the cheapest way to cut what follows a row is known before the row is looked at.
    private List<MicroBatch> Cut(ReadOnlySpan<int> lengths, int[] order, int most)
    {
        var rows = order.Length;
        Span<int> cost = rows < FewRows ? stackalloc int[rows + 1] : new int[rows + 1];
        Span<int> taken = rows < FewRows ? stackalloc int[rows] : new int[rows];
        cost[rows] = 0;
        for (var first = rows - 1; first >= 0; first--)
        {
            var width = lengths[order[first]];
            var fit = Math.Clamp(most / width, 1, rows - first);
            cost[first] = int.MaxValue;
            for (var count = 1; count <= fit; count++)
            {
                var whole = callTokens + (count * width) + cost[first + count];
                if (whole <= cost[first])
                {
                    (cost[first], taken[first]) = (whole, count);
                }
            }
        }

        var plan = new List<MicroBatch>();
        for (var first = 0; first < rows; first += taken[first])
        {
            var useful = 0;
            foreach (var row in order.AsSpan(first, taken[first]))
            {
                useful += lengths[row];
            }

            plan.Add(new MicroBatch(order.AsMemory(first, taken[first]), lengths[order[first]], useful));
        }

        return plan;
    }

    /// <summary>When the last thread ends, in tokens, if each takes the next call as soon as it is free.</summary>
    private int Longest(List<MicroBatch> plan)
    {
        var busy = new int[threads];
        foreach (var batch in plan)
        {
            busy[Array.IndexOf(busy, busy.Min())] += callTokens + batch.PaddedTokens;
        }

        return busy.Max();
    }
}
