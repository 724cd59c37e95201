using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.View;

/// <summary>
/// The queues as <c>ranked</c> alone makes them, before any decision: of each id the latest record counts. Not thread-safe.
/// </summary>
/// <param name="capacity">Most items held; those that come later are left out.</param>
internal sealed class WaitingItems(int capacity = 200_000)
{
    private readonly Dictionary<string, (WaitingItem Item, DateTimeOffset Enqueued)> _items = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _depths = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Depths => _depths;

    public void Apply(RankedItem item)
    {
        var waited = Forget(item.ContentId);
        if (item.Disposition != Disposition.Queued || _items.Count >= capacity)
        {
            return;
        }

        // An edit keeps the place its first queued version had.
        var enqueued = waited is { } since && since < item.Source.Time ? since : item.Source.Time;
        var waiting = WaitingItem.Of(item, enqueued);
        _depths[waiting.Queue] = _depths.GetValueOrDefault(waiting.Queue) + 1;
        _items[item.ContentId] = (waiting, enqueued);
    }

    /// <summary>The first items of a queue.</summary>
    public IReadOnlyList<WaitingItem> Top(string queue, int count) => [.. Ordered(queue).Take(count)];

    /// <summary>The first items over all queues, the first of each queue before any second.</summary>
    public IReadOnlyList<WaitingItem> TopOfEach(int count) => WaitingItem.FirstOfEach(_depths.Keys.Select(queue => Top(queue, count)), count);

    /// <returns>Every waiting item's place, from 1, in its queue.</returns>
    public IReadOnlyDictionary<string, (string Queue, int Place)> Places() => _depths.Keys
        .SelectMany(queue => Ordered(queue).Select((item, index) => (item.Id, queue, index + 1)))
        .ToDictionary(entry => entry.Id, entry => (entry.queue, entry.Item3), StringComparer.Ordinal);

    private IEnumerable<WaitingItem> Ordered(string queue) => _items.Values
        .Select(entry => entry.Item)
        .Where(item => item.Queue == queue)
        .OrderByDescending(item => item.Order)
        .ThenBy(item => item.Id, StringComparer.Ordinal);

    private DateTimeOffset? Forget(string id)
    {
        if (!_items.Remove(id, out var known))
        {
            return null;
        }

        if (--_depths[known.Item.Queue] == 0)
        {
            _depths.Remove(known.Item.Queue);
        }

        return known.Enqueued;
    }
}
