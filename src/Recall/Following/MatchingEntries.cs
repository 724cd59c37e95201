using System.Collections.Immutable;

namespace Vigil.Recall;

/// <summary>The entries that match at present: by cell for the search, and by the hashes of their exemplars.</summary>
internal sealed class MatchingEntries(IndexBackend backend, int dimension) : IDisposable
{
    private readonly Random _jitter = new();
    private readonly SortedDictionary<CellKey, CellBuilder> _cells = new(CellOrder);
    private readonly ImmutableDictionary<HashKey, ImmutableArray<HashedEntry>>.Builder _hashes =
        ImmutableDictionary.CreateBuilder<HashKey, ImmutableArray<HashedEntry>>();

    public int Count { get; private set; }

    /// <summary>Sum over the fingerprints: the same for the same entries in any order.</summary>
    public UInt128 Fingerprint { get; private set; }

    private static Comparer<CellKey> CellOrder { get; } = Comparer<CellKey>.Create((x, y) =>
        x.Side != y.Side ? x.Side.CompareTo(y.Side) : string.CompareOrdinal(x.PolicySet, y.PolicySet));

    /// <summary>Lets an entry match until the given time, in UTC ticks; 0: no longer.</summary>
    public void Set(FollowedEntry followed, long until)
    {
        if (until == followed.MatchingUntil)
        {
            return;
        }

        if (followed.MatchingUntil == 0)
        {
            Enter(followed, until);
        }
        else if (until == 0)
        {
            Leave(followed);
        }
        else
        {
            Prolong(followed, until);
        }

        followed.MatchingUntil = until;
    }

    /// <summary>The cells as they are now, with what their entries are called by.</summary>
    public IReadOnlyList<CellView> Cells()
    {
        List<CellView> views = [];
        var first = 0;
        foreach (var (key, cell) in _cells.ToArray())
        {
            if (cell.IsEmpty)
            {
                cell.Dispose();
                _cells.Remove(key);
                continue;
            }

            views.Add(cell.View(ref first));
        }

        return views;
    }

    public ImmutableDictionary<HashKey, ImmutableArray<HashedEntry>> Hashes() => _hashes.ToImmutable();

    public void Dispose()
    {
        foreach (var cell in _cells.Values)
        {
            cell.Dispose();
        }

        _cells.Clear();
    }

    private void Enter(FollowedEntry followed, long until)
    {
        var entry = followed.Entry!;
        if (entry.Vectors.Length > 0)
        {
            if (!_cells.TryGetValue(entry.Cell, out var cell))
            {
                _cells.Add(entry.Cell, cell = new CellBuilder(entry.Cell, backend, dimension, _jitter));
            }

            followed.Placed = cell.Add(entry, until);
        }

        foreach (var hash in entry.Hashes)
        {
            _hashes.TryGetValue(hash, out var others);
            _hashes[hash] = others.IsDefault ? [new(entry.Info, until)] : others.Add(new(entry.Info, until));
        }

        Fingerprint += entry.Fingerprint;
        Count++;
    }

    private void Leave(FollowedEntry followed)
    {
        var entry = followed.Entry!;
        if (followed.Placed is { } placed)
        {
            _cells[entry.Cell].Change(placed, 0);
            followed.Placed = null;
        }

        foreach (var hash in entry.Hashes)
        {
            var others = _hashes[hash].RemoveAll(hashed => hashed.Info.Id == entry.Info.Id);
            if (others.IsEmpty)
            {
                _hashes.Remove(hash);
            }
            else
            {
                _hashes[hash] = others;
            }
        }

        Fingerprint -= entry.Fingerprint;
        Count--;
    }

    private void Prolong(FollowedEntry followed, long until)
    {
        var entry = followed.Entry!;
        if (followed.Placed is { } placed)
        {
            _cells[entry.Cell].Change(placed, until);
        }

        foreach (var hash in entry.Hashes)
        {
            _hashes[hash] = [.. _hashes[hash].Select(hashed => hashed.Info.Id == entry.Info.Id ? hashed with { Until = until } : hashed)];
        }
    }
}
