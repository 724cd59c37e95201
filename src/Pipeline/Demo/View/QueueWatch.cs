using StackExchange.Redis;
using Vigil.Review;

namespace Vigil.Pipeline.Demo.View;

/// <summary>What the queues hold, at one moment.</summary>
/// <param name="Top">The first items over all queues, the first of each queue before any second.</param>
internal sealed record QueueView(IReadOnlyDictionary<string, int> Depths, IReadOnlyList<WaitingItem> Top)
{
    public static QueueView Empty { get; } = new(new Dictionary<string, int>(), []);
}

/// <summary>
/// Looks at the queues as Redis serves them, so that what reviewers claim and decide shows. While Redis does not answer or
/// the queues are being rebuilt, the last view stands.
/// </summary>
internal sealed class QueueWatch(
    Func<Task<Reply<IReadOnlyList<QueueSummary>>>> list,
    Func<string, int, Task<Reply<IReadOnlyList<QueueItem>>>> top,
    int topItems,
    TimeProvider time)
{
    private const int SettleLooks = 25;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(200);

    private volatile QueueView _view = QueueView.Empty;

    public QueueView View => _view;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await LookAsync();
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks until nothing has moved between two looks: the queues follow the topics by a moment.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        await LookAsync();
        for (var looks = 0; looks < SettleLooks; looks++)
        {
            var before = _view;
            await Task.Delay(SettlePause, time, cancellation);
            await LookAsync();
            if (before.Depths.Count == _view.Depths.Count && !before.Depths.Except(_view.Depths).Any())
            {
                return;
            }
        }
    }

    public async Task LookAsync()
    {
        try
        {
            if ((await list()).Value is { } queues && await TopsAsync(queues) is { } tops)
            {
                var depths = queues.Where(queue => queue.Depth > 0).ToDictionary(queue => queue.Name, queue => (int)queue.Depth);
                _view = new(new SortedDictionary<string, int>(depths, StringComparer.Ordinal), WaitingItem.FirstOfEach(tops, topItems));
            }
        }
        catch (Exception fault) when (fault is RedisException or RedisTimeoutException)
        {
            // The health check says so.
        }
    }

    private async Task<List<IReadOnlyList<WaitingItem>>?> TopsAsync(IReadOnlyList<QueueSummary> queues)
    {
        List<IReadOnlyList<WaitingItem>> tops = [];
        foreach (var queue in queues.Where(queue => queue.Depth > 0))
        {
            if ((await top(queue.Name, topItems)).Value is not { } items)
            {
                return null;
            }

            tops.Add([.. items.Where(item => item is { Item.Ranking: not null, Enqueued: not null }).Select(item => WaitingItem.Of(item.Item!, item.Enqueued!.Value) with { Queue = queue.Name })]);
        }

        return tops;
    }
}
