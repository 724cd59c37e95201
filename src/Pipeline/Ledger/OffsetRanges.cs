namespace Vigil.Pipeline.Ledger;

/// <summary>
/// A set of offsets of one partition, kept as ranges: offsets come nearly in order, so it stays small. Where there are more
/// ranges than the capacity, the lowest gap is closed, and of what lies below nothing is told any more.
/// </summary>
internal sealed class OffsetRanges(int capacity = 1 << 18)
{
    // Ascending, apart from each other; each ends before To.
    private readonly List<(long From, long To)> _ranges = [];

    /// <summary>Below it, gaps had to be closed.</summary>
    public long Floor { get; private set; }

    /// <returns>False: it was there already.</returns>
    public bool Add(long offset)
    {
        if (offset < Floor)
        {
            return true;
        }

        var at = IndexAfter(offset);
        if (at > 0 && offset < _ranges[at - 1].To)
        {
            return false;
        }

        var joinsLeft = at > 0 && _ranges[at - 1].To == offset;
        var joinsRight = at < _ranges.Count && _ranges[at].From == offset + 1;
        var from = joinsLeft ? _ranges[at - 1].From : offset;
        var to = joinsRight ? _ranges[at].To : offset + 1;
        var first = joinsLeft ? at - 1 : at;
        _ranges.RemoveRange(first, (joinsLeft ? 1 : 0) + (joinsRight ? 1 : 0));
        _ranges.Insert(first, (from, to));
        if (_ranges.Count > capacity)
        {
            _ranges[1] = (_ranges[0].From, _ranges[1].To);
            Floor = _ranges[1].To;
            _ranges.RemoveAt(0);
        }

        return true;
    }

    /// <summary>What is missing between two offsets, the second not included.</summary>
    public IReadOnlyList<(long From, long To)> Gaps(long from, long to)
    {
        List<(long From, long To)> gaps = [];
        foreach (var range in _ranges)
        {
            if (from >= to || range.From >= to)
            {
                break;
            }

            if (range.From > from)
            {
                gaps.Add((from, range.From));
            }

            from = Math.Max(from, range.To);
        }

        if (from < to)
        {
            gaps.Add((from, to));
        }

        return gaps;
    }

    // The first range that begins after the offset.
    private int IndexAfter(long offset)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].From <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
