namespace Vigil.Ingest;

/// <summary>What a batch that is still open would teach the window; guarded by the window's lock.</summary>
public sealed class WindowOverlay
{
    private readonly Dictionary<(int Partition, string ContentId), WindowEntry> _entries;
    private readonly HashSet<int> _lost = [];

    internal WindowOverlay(int records) => _entries = new(records);

    internal IEnumerable<KeyValuePair<(int Partition, string ContentId), WindowEntry>> Entries => _entries;

    internal bool TryGet(int partition, string contentId, out WindowEntry entry) => _entries.TryGetValue((partition, contentId), out entry);

    internal void Set(int partition, WindowEntry entry)
    {
        // A partition may be lost while its batch is being computed: what comes after must not count either.
        if (!_lost.Contains(partition))
        {
            _entries[(partition, entry.ContentId)] = entry;
        }
    }

    internal void Drop(IReadOnlyCollection<int> partitions)
    {
        _lost.UnionWith(partitions);
        foreach (var key in _entries.Keys.Where(key => partitions.Contains(key.Partition)).ToList())
        {
            _entries.Remove(key);
        }
    }
}
