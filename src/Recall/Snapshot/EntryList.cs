using System.Collections;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>The entries of several segments as one list, without copying them for every snapshot.</summary>
internal sealed class EntryList : IReadOnlyList<BankEntryInfo>
{
    private readonly BankEntryInfo[][] _segments;
    private readonly int[] _starts;

    public EntryList(IEnumerable<SegmentView> segments)
    {
        SegmentView[] views = [.. segments];
        _segments = [.. views.Select(view => view.Segment.Entries)];
        _starts = [.. views.Select(view => view.FirstEntry)];
        Count = _segments.Sum(entries => entries.Length);
    }

    public int Count { get; }

    public BankEntryInfo this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var at = Array.BinarySearch(_starts, index);
            var segment = at >= 0 ? at : ~at - 1;
            return _segments[segment][index - _starts[segment]];
        }
    }

    public IEnumerator<BankEntryInfo> GetEnumerator() => _segments.SelectMany(entries => entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
