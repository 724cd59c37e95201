namespace Vigil.Ingest;

/// <summary>
/// Committed entries of one partition, bounded: the id touched longest ago is forgotten first. Its memory is taken at once, so that
/// an id more allocates nothing; the system gives pages only as they are used.
/// </summary>
internal sealed class PartitionWindow(int capacity)
{
    private const int None = -1;

    private readonly Dictionary<string, int> _slotOf = new(capacity, StringComparer.Ordinal);
    private readonly Slot[] _slots = new Slot[capacity];
    private int _oldest = None;
    private int _newest = None;

    public int Count => _slotOf.Count;

    public bool TryGet(string contentId, out WindowEntry entry)
    {
        var known = _slotOf.TryGetValue(contentId, out var slot);
        entry = known ? _slots[slot].Entry : default;
        return known;
    }

    public void Set(WindowEntry entry)
    {
        if (capacity == 0)
        {
            return;
        }

        if (_slotOf.TryGetValue(entry.ContentId, out var slot))
        {
            Unlink(slot);
        }
        else
        {
            slot = _slotOf.Count < capacity ? _slotOf.Count : ForgetOldest();
            _slotOf.Add(entry.ContentId, slot);
        }

        Append(slot, entry);
    }

    private int ForgetOldest()
    {
        var slot = _oldest;
        _slotOf.Remove(_slots[slot].Entry.ContentId);
        Unlink(slot);
        return slot;
    }

    private void Append(int slot, in WindowEntry entry)
    {
        _slots[slot] = new(entry, _newest, None);
        SetNext(_newest, slot);
        _newest = slot;
    }

    private void Unlink(int slot)
    {
        var (_, before, after) = _slots[slot];
        SetNext(before, after);
        if (after == None)
        {
            _newest = before;
        }
        else
        {
            _slots[after].Previous = before;
        }
    }

    // What has none before it is the oldest.
    private void SetNext(int slot, int next)
    {
        if (slot == None)
        {
            _oldest = next;
        }
        else
        {
            _slots[slot].Next = next;
        }
    }

    private record struct Slot(WindowEntry Entry, int Previous, int Next);
}
