using System.Buffers;
using System.Runtime.InteropServices;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>
/// Searches cells, several segments at a time, and merges what they give into the answer, always in the order of the cells.
/// Where rows can drop out (an entry that left or expired, a second vector of the same entry, a filter), more rows are fetched
/// than wanted, and again more for the queries for which that was not enough: the answer is exact.
/// </summary>
internal sealed class CellSearch(ReadOnlyMemory<float> queries, int count, int k, long nowTicks, NeighbourFilter? filter, NeighbourBatch found)
{
    private const int Slack = 8;
    private const int Growth = 4;

    // Results held at a time, at most: 12 MB of buffers.
    private const int MaxResults = 1 << 20;

    private readonly List<Target> _targets = [];

    // Results of one query over all targets.
    private int _width;

    /// <summary>Entries found on the violation side, over all queries.</summary>
    public long Violations { get; private set; }

    /// <summary>Entries found on the benign side, over all queries.</summary>
    public long Benign { get; private set; }

    /// <summary>Adds the cell's segments, where its entries speak for policies of the answer.</summary>
    public void Add(CellView cell)
    {
        var lists = ListsOf(cell);
        if (lists.Length == 0)
        {
            return;
        }

        foreach (var view in cell.Segments)
        {
            var index = view.Segment.Index;
            if (queries.Length != (long)count * index.Dimension)
            {
                throw new ArgumentException($"The bank compares vectors of dimension {index.Dimension}, the queries are of another.");
            }

            var exact = view.Whole && !view.Segment.Repeats && filter is null;
            var fetch = Math.Min(index.Count, exact ? k : (2 * k) + Slack);
            _targets.Add(new(view, cell.Key.Side, lists, fetch, _width));
            _width += fetch;
        }
    }

    /// <summary>Searches what was added.</summary>
    public void Run(ModelThreads threads)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        var largestFirst = LargestFirst();
        var chunk = Math.Clamp(MaxResults / Math.Max(1, _width), 1, Math.Max(1, count));
        var similarities = ArrayPool<float>.Shared.Rent(chunk * _width);
        var rows = ArrayPool<long>.Shared.Rent(chunk * _width);
        for (var first = 0; first < count; first += chunk)
        {
            var (from, size) = (first, Math.Min(chunk, count - first));
            threads.Run(largestFirst.Length, at => Search(_targets[largestFirst[at]], from, size), CancellationToken.None);
            foreach (var target in _targets)
            {
                Take(target, all.AsSpan(from, size), Part(similarities, target, size), Part(rows, target, size));
            }
        }

        ArrayPool<float>.Shared.Return(similarities);
        ArrayPool<long>.Shared.Return(rows);

        void Search(Target target, int first, int size) =>
            target.Index.Search(Rows(target, first, size), target.Fetch, Part(similarities, target, size), Part(rows, target, size));

        Span<T> Part<T>(T[] results, Target target, int size) => results.AsSpan(chunk * target.Start, size * target.Fetch);
    }

    // So that no thread is left with a large one at the end.
    private int[] LargestFirst()
    {
        var order = new int[_targets.Count];
        var sizes = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], sizes[i]) = (i, -_targets[i].Index.Count);
        }

        Array.Sort(sizes, order);
        return order;
    }

    private ReadOnlySpan<float> Rows(Target target, int first, int size) =>
        queries.Span.Slice(first * target.Index.Dimension, size * target.Index.Dimension);

    // On the way of every batch: without enumerators.
    private int[] ListsOf(CellView cell)
    {
        var lists = new int[Math.Min(cell.Policies.Length, found.Policies.Count)];
        var count = 0;
        for (var policy = 0; policy < found.Policies.Count && count < lists.Length; policy++)
        {
            if (Array.IndexOf(cell.Policies, found.Policies[policy]) >= 0)
            {
                lists[count++] = policy;
            }
        }

        Array.Resize(ref lists, count);
        return lists;
    }

    private void Take(Target target, ReadOnlySpan<int> asked, ReadOnlySpan<float> similarities, ReadOnlySpan<long> rows)
    {
        List<int>? open = null;
        var fetch = target.Fetch;
        for (var i = 0; i < asked.Length; i++)
        {
            if (!Offer(target, asked[i], similarities.Slice(i * fetch, fetch), rows.Slice(i * fetch, fetch)))
            {
                (open ??= []).Add(asked[i]);
            }
        }

        if (open is not null)
        {
            Fetch(target with { Fetch = (int)Math.Min(target.Index.Count, (long)fetch * Growth) }, CollectionsMarshal.AsSpan(open));
        }
    }

    // Once more, for the queries that were left open.
    private void Fetch(Target target, ReadOnlySpan<int> open)
    {
        var fetch = target.Fetch;
        var chunk = Math.Clamp(MaxResults / fetch, 1, open.Length);
        var similarities = ArrayPool<float>.Shared.Rent(chunk * fetch);
        var rows = ArrayPool<long>.Shared.Rent(chunk * fetch);
        var gathered = ArrayPool<float>.Shared.Rent(chunk * target.Index.Dimension);
        for (var first = 0; first < open.Length; first += chunk)
        {
            var asked = open.Slice(first, Math.Min(chunk, open.Length - first));
            var results = asked.Length * fetch;
            target.Index.Search(Gather(target, asked, gathered), fetch, similarities.AsSpan(0, results), rows.AsSpan(0, results));
            Take(target, asked, similarities.AsSpan(0, results), rows.AsSpan(0, results));
        }

        ArrayPool<float>.Shared.Return(similarities);
        ArrayPool<long>.Shared.Return(rows);
        ArrayPool<float>.Shared.Return(gathered);
    }

    private ReadOnlySpan<float> Gather(Target target, ReadOnlySpan<int> asked, float[] buffer)
    {
        var dimension = target.Index.Dimension;
        for (var i = 0; i < asked.Length; i++)
        {
            Rows(target, asked[i], 1).CopyTo(buffer.AsSpan(i * dimension));
        }

        return buffer.AsSpan(0, asked.Length * dimension);
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

    /// <param name="Fetch">Rows to fetch for a query.</param>
    /// <param name="Start">Results of one query that stand before its own.</param>
    private readonly record struct Target(SegmentView View, Side Side, int[] Lists, int Fetch, int Start)
    {
        public IVectorIndex Index => View.Segment.Index;
    }
}
