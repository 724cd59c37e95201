namespace Vigil.Recall;

/// <summary>The entries of one segment to come, and the last segment built of them.</summary>
internal sealed class SegmentBuilder(IndexBackend backend, int dimension) : IDisposable
{
    private List<PlacedEntry> _placed = [];
    private Segment? _segment;
    private SegmentView? _view;

    public IReadOnlyList<PlacedEntry> Placed => _placed;

    /// <summary>Rows of entries that match.</summary>
    public int LiveRows { get; private set; }

    /// <summary>Rows of entries that left.</summary>
    public int DeadRows { get; private set; }

    public void Add(PlacedEntry placed)
    {
        _placed.Add(placed);
        LiveRows += placed.Entry.Vectors.Length;
        Forget();
    }

    public void Change(PlacedEntry placed, long until)
    {
        var rows = placed.Entry.Vectors.Length;
        if (placed.Until == 0 || placed.Until == until)
        {
            throw new InvalidOperationException("Changed an entry that left, or to nothing new. This is a bug.");
        }

        placed.Until = until;
        if (until == 0)
        {
            LiveRows -= rows;
            DeadRows += rows;
        }

        _view = null;
    }

    /// <summary>Drops what left, where anything did.</summary>
    public void Compact()
    {
        if (DeadRows > 0)
        {
            _placed = [.. _placed.Where(placed => placed.Until != 0)];
            DeadRows = 0;
            Forget();
        }
    }

    /// <summary>Moves the entries of <paramref name="other"/> here and drops what left in either.</summary>
    public void Take(SegmentBuilder other)
    {
        _placed = [.. _placed.Concat(other._placed).Where(placed => placed.Until != 0)];
        LiveRows += other.LiveRows;
        DeadRows = 0;
        Forget();
        other._placed = [];
        other.LiveRows = 0;
        other.DeadRows = 0;
        other.Forget();
    }

    public SegmentView View(int firstEntry)
    {
        _segment ??= Segment.Build(backend, dimension, [.. _placed.Select(placed => placed.Entry)]);
        _view ??= new SegmentView(
            _segment,
            [.. _placed.Select(placed => placed.Until)],
            _placed.TrueForAll(placed => placed.Until == long.MaxValue),
            firstEntry);
        return _view.Value with { FirstEntry = firstEntry };
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _view = null;
        _segment?.Release();
        _segment = null;
    }
}
