using System.Buffers;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>
/// Searches cells one after the other and merges what they give into the answer. Where rows can drop out (an entry that
/// left or expired, a second vector of the same entry, a filter), more rows are fetched than wanted, and again more for
/// the queries for which that was not enough: the answer is exact.
/// </summary>
internal ref struct CellSearch(ReadOnlySpan<float> queries, int count, int k, long nowTicks, NeighbourFilter? filter, NeighbourBatch found)
{
    private const int Slack = 8;
    private const int Growth = 4;

    // Rows × k results of one native call at most: 12 MB of buffers.
    private const int MaxResults = 1 << 20;

    private readonly ReadOnlySpan<float> _queries = queries;

    /// <summary>Entries found on the violation side, over all queries.</summary>
    public long Violations { get; private set; }

    /// <summary>Entries found on the benign side, over all queries.</summary>
    public long Benign { get; private set; }

    /// <param name="lists">Policies of the answer that the cell's entries speak for.</param>
    public void Run(CellView cell, int[] lists)
    {
        foreach (var view in cell.Segments)
        {
            if (_queries.Length != (long)count * view.Segment.Index.Dimension)
            {
                throw new ArgumentException($"The bank compares vectors of dimension {view.Segment.Index.Dimension}, the queries are of another.");
            }

            var total = view.Segment.Index.Count;
            var exact = view.Whole && !view.Segment.Repeats && filter is null;
            var fetch = Math.Min(total, exact ? k : (2 * k) + Slack);
            Round(new Target(view, cell.Key.Side, lists), fetch, []);
        }
    }

    // One round over all queries (none named) or those that the round before left open.
    private void Round(Target target, int fetch, List<int> queries)
    {
        var all = queries.Count == 0;
        var number = all ? count : queries.Count;
        var chunk = Math.Clamp(MaxResults / fetch, 1, Math.Max(1, number));
        var dimension = target.View.Segment.Index.Dimension;
        var similarities = ArrayPool<float>.Shared.Rent(chunk * fetch);
        var rows = ArrayPool<long>.Shared.Rent(chunk * fetch);
        var gathered = all ? [] : ArrayPool<float>.Shared.Rent(chunk * dimension);
        List<int> open = [];
        for (var first = 0; first < number; first += chunk)
        {
            var size = Math.Min(chunk, number - first);
            var batch = all ? _queries.Slice(first * dimension, size * dimension) : Gather(queries, first, size, gathered, dimension);
            target.View.Segment.Index.Search(batch, fetch, similarities.AsSpan(0, size * fetch), rows.AsSpan(0, size * fetch));
            for (var i = 0; i < size; i++)
            {
                var query = all ? first + i : queries[first + i];
                if (!Offer(target, query, similarities.AsSpan(i * fetch, fetch), rows.AsSpan(i * fetch, fetch)))
                {
                    open.Add(query);
                }
            }
        }

        ArrayPool<float>.Shared.Return(similarities);
        ArrayPool<long>.Shared.Return(rows);
        if (gathered.Length > 0)
        {
            ArrayPool<float>.Shared.Return(gathered);
        }

        if (open.Count > 0)
        {
            Round(target, (int)Math.Min(target.View.Segment.Index.Count, (long)fetch * Growth), open);
        }
    }

    private readonly ReadOnlySpan<float> Gather(List<int> queries, int first, int size, float[] buffer, int dimension)
    {
        for (var i = 0; i < size; i++)
        {
            _queries.Slice(queries[first + i] * dimension, dimension).CopyTo(buffer.AsSpan(i * dimension));
        }

        return buffer.AsSpan(0, size * dimension);
    }

    // False where too many rows dropped out, and nothing was taken.
    private bool Offer(Target target, int query, ReadOnlySpan<float> similarities, ReadOnlySpan<long> rows)
    {
        var (segment, until, _, firstEntry) = target.View;
        Span<int> places = stackalloc int[Math.Min(k, rows.Length)];
        Span<int> entries = stackalloc int[places.Length];
        var taken = 0;
        for (var place = 0; place < rows.Length && taken < places.Length && rows[place] >= 0; place++)
        {
            var entry = segment.EntryOfRow[(int)rows[place]];
            if (until[entry] > nowTicks
                && (!segment.Repeats || !entries[..taken].Contains(entry))
                && (filter is null || filter(query, segment.Entries[entry], similarities[place])))
            {
                places[taken] = place;
                entries[taken++] = entry;
            }
        }

        if (taken < k && rows.Length < segment.Index.Count)
        {
            return false;
        }

        foreach (var policy in target.Lists)
        {
            var best = found.Similarities(query, policy, target.Side);
            var ids = found.Entries(query, policy, target.Side);
            for (var i = 0; i < taken; i++)
            {
                Insert(best, ids, similarities[places[i]], firstEntry + entries[i]);
            }
        }

        if (target.Side == Side.Violation)
        {
            Violations += taken;
        }
        else
        {
            Benign += taken;
        }

        return true;
    }

    // Similarities can be negative, and a free place has 0: the entry index tells the end of the list.
    private static void Insert(Span<float> similarities, Span<int> entries, float similarity, int entry)
    {
        var end = entries.IndexOf(-1);
        var at = end < 0 ? entries.Length - 1 : end;
        if (end < 0 && similarities[at] >= similarity)
        {
            return;
        }

        for (; at > 0 && similarities[at - 1] < similarity; at--)
        {
            similarities[at] = similarities[at - 1];
            entries[at] = entries[at - 1];
        }

        similarities[at] = similarity;
        entries[at] = entry;
    }

    private readonly record struct Target(SegmentView View, Side Side, int[] Lists);
}
