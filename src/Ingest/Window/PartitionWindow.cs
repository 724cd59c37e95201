namespace Vigil.Ingest;

/// <summary>Committed entries of one partition, bounded: the id touched longest ago is forgotten first.</summary>
internal sealed class PartitionWindow(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<WindowEntry>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<WindowEntry> _byAge = new();

    public int Count => _byId.Count;

    public bool TryGet(string contentId, out WindowEntry entry)
    {
        entry = _byId.TryGetValue(contentId, out var node) ? node.Value : default;
        return node is not null;
    }

    public void Set(WindowEntry entry)
    {
        if (capacity == 0)
        {
            return;
        }

        if (!_byId.Remove(entry.ContentId, out var node) && _byId.Count >= capacity && _byAge.First is { } oldest)
        {
            _byId.Remove(oldest.Value.ContentId);
            node = oldest;
        }

        if (node is null)
        {
            node = new(entry);
        }
        else
        {
            _byAge.Remove(node);
            node.Value = entry;
        }

        _byAge.AddLast(node);
        _byId[entry.ContentId] = node;
    }
}
