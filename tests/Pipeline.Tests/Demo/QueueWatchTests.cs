using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Review;

namespace Vigil.Pipeline.Demo.View;

public sealed class QueueWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, List<string>> _queues = new() { ["violence"] = ["a", "b"], ["hate"] = ["c"], ["spam_scam"] = [] };
    private Refusal? _refusal;
    private bool _isDown;

    [Fact]
    public async Task Look_ItemIsDecided_LeavesTheView()
    {
        var watch = Watch();
        await watch.LookAsync();
        Assert.Equal([("hate", 1), ("violence", 2)], watch.View.Depths.Select(queue => (queue.Key, queue.Value)));
        Assert.Equal(["a", "b", "c"], watch.View.Top.Select(item => item.Id).Order());

        _queues["violence"].Remove("a");
        await watch.LookAsync();
        Assert.Equal(1, watch.View.Depths["violence"]);
        Assert.DoesNotContain("a", watch.View.Top.Select(item => item.Id));
    }

    [Fact]
    public async Task Look_SecondOfAQueue_StandsBehindTheFirstOfEach()
    {
        var watch = Watch();
        await watch.LookAsync();
        Assert.Equal("b", watch.View.Top[^1].Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Look_RebuildingOrRedisDown_KeepsTheLastView(bool isDown)
    {
        var watch = Watch();
        await watch.LookAsync();
        var before = watch.View;
        (_isDown, _refusal) = (isDown, isDown ? null : Refusal.Rebuilding);
        await watch.LookAsync();
        Assert.Same(before, watch.View);
    }

    private QueueWatch Watch() => new(List, Top, topItems: 5, new FakeTimeProvider());

    private Task<Reply<IReadOnlyList<QueueSummary>>> List()
    {
        if (_isDown)
        {
            throw new RedisException("down");
        }

        IReadOnlyList<QueueSummary> queues = [.. _queues.Select(queue => new QueueSummary(queue.Key, queue.Value.Count, TimeSpan.Zero))];
        return Task.FromResult(_refusal is { } refusal ? new Reply<IReadOnlyList<QueueSummary>>(null, refusal) : new(queues, null));
    }

    private Task<Reply<IReadOnlyList<QueueItem>>> Top(string queue, int count)
    {
        IReadOnlyList<QueueItem> items = [.. _queues[queue].Take(count).Select(id => new QueueItem(id, "queued", "0:", queue, 1, Start, Ranked(id, queue)))];
        return Task.FromResult(new Reply<IReadOnlyList<QueueItem>>(items, null));
    }

    private static RankedItem Ranked(string id, string queue) => new()
    {
        Disposition = Disposition.Queued,
        ContentId = id,
        Version = new(0, Contracts.Sha256Digest.None),
        Source = new("topic", 0, 1, Start),
        Ranking = new([new(queue, 0.9, 0.5)], 0.9, queue, 2, Selection.Ranked, 1, Evidence.None, Snippet.None),
    };
}
