using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>
/// An index with the entries its rows belong to. Immutable and shared by snapshots, counted by them: the last one to let
/// go frees the native memory, away from the thread that did.
/// </summary>
internal sealed class Segment
{
    private const long TrimFromBytes = 8 << 20;

    private readonly IndexBackend _backend;
    private readonly int[] _entryOfRow;
    private int _references = 1;

    private Segment(IndexBackend backend, IVectorIndex index, BankEntryInfo[] entries, int[] entryOfRow)
    {
        _backend = backend;
        Index = index;
        Entries = entries;
        _entryOfRow = entryOfRow;
    }

    public IVectorIndex Index { get; }

    public BankEntryInfo[] Entries { get; }

    /// <summary>Whether an entry has more than one row, so that it can be found twice.</summary>
    public bool Repeats => _entryOfRow.Length > Entries.Length;

    public ReadOnlySpan<int> EntryOfRow => _entryOfRow;

    public static Segment Build(IndexBackend backend, int dimension, IReadOnlyList<StoredEntry> entries)
    {
        var rows = entries.Sum(entry => entry.Vectors.Length);
        var vectors = new StoredVector[rows];
        var entryOfRow = new int[rows];
        var row = 0;
        for (var entry = 0; entry < entries.Count; entry++)
        {
            foreach (var vector in entries[entry].Vectors)
            {
                vectors[row] = vector;
                entryOfRow[row++] = entry;
            }
        }

        var index = backend.Create(dimension, rows, (at, target) => vectors[at].Write(target));
        return new Segment(backend, index, [.. entries.Select(entry => entry.Info)], entryOfRow);
    }

    public void AddReference() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static segment => segment.Free(), this, preferLocal: false);
        }
    }

    private void Free()
    {
        var bytes = (long)Index.Count * Index.Dimension * sizeof(float);
        Index.Dispose();
        if (bytes >= TrimFromBytes)
        {
            _backend.Trim();
        }
    }
}

/// <summary>A segment as one snapshot sees it.</summary>
/// <param name="Until">Per entry, until when it matches, in UTC ticks: 0 never, <see cref="long.MaxValue"/> for ever.</param>
/// <param name="Whole">Every entry matches for ever.</param>
/// <param name="FirstEntry">Index of its first entry among all of the snapshot.</param>
internal readonly record struct SegmentView(Segment Segment, long[] Until, bool Whole, int FirstEntry);

/// <summary>What a snapshot knows of one cell.</summary>
internal sealed record CellView(CellKey Key, string[] Policies, IReadOnlyList<SegmentView> Segments);
