namespace Vigil.Recall;

/// <summary>An entry in a cell, and until when it matches, in UTC ticks; 0: it left.</summary>
internal sealed class PlacedEntry(StoredEntry entry, long until)
{
    public StoredEntry Entry { get; } = entry;

    public long Until { get; set; } = until;

    public bool InBase { get; set; }
}

/// <summary>
/// Follows the matching entries of one cell. They lie in a large base segment, which stays as it is, and a small one for
/// what came since, built anew with every change; what left is masked. When either grows past an eighth of the base, both
/// are folded into a new base, so that an update costs little and a search stays near one flat index.
/// </summary>
internal sealed class CellBuilder(CellKey key, IndexBackend backend, int dimension, Random jitter) : IDisposable
{
    private const int MinFoldRows = 256;

    private readonly string[] _policies = key.Policies();
    private readonly SegmentBuilder _base = new(backend, dimension);
    private readonly SegmentBuilder _recent = new(backend, dimension);
    private int _foldRows = MinFoldRows;

    public bool IsEmpty => _base.LiveRows == 0 && _recent.LiveRows == 0;

    public PlacedEntry Add(StoredEntry entry, long until)
    {
        var placed = new PlacedEntry(entry, until);
        _recent.Add(placed);
        return placed;
    }

    /// <summary>Changes until when an entry matches; 0 takes it out.</summary>
    public void Change(PlacedEntry placed, long until)
    {
        (placed.InBase ? _base : _recent).Change(placed, until);
    }

    /// <summary>The cell as it is now. Segments are shared with earlier and later views.</summary>
    public CellView View(ref int firstEntry)
    {
        if (_recent.LiveRows > _foldRows || _base.DeadRows > _foldRows || _base.LiveRows == 0)
        {
            Fold();
        }

        _recent.Compact();
        List<SegmentView> views = [];
        foreach (var builder in new[] { _base, _recent })
        {
            if (builder.LiveRows > 0)
            {
                var view = builder.View(firstEntry);
                views.Add(view);
                firstEntry += view.Segment.Entries.Length;
            }
        }

        return new CellView(key, _policies, views);
    }

    public void Dispose()
    {
        _base.Dispose();
        _recent.Dispose();
    }

    private void Fold()
    {
        _base.Take(_recent);
        foreach (var placed in _base.Placed)
        {
            placed.InBase = true;
        }

        // Apart by up to a quarter, so that replicas that follow one topic do not all fold at the same moment.
        _foldRows = (int)(Math.Max(MinFoldRows, _base.LiveRows / 8) * (0.75 + (0.5 * jitter.NextDouble())));
    }
}
