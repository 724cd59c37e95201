using System.Collections.Concurrent;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>Pitfall 52: what blocks stays off the pool, whose threads complete what Redis and HTTP have asked for.</summary>
public sealed class OwnThreadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Score_OfARunningWorker_IsNotOnThePool()
    {
        await using var harness = await WorkerHarness.StartAsync();
        var scorer = new ThreadNotingScorer();
        await harness.StartWorkerAsync("one", scorer);

        await harness.PublishAsync("a", "one");
        await harness.StatusOfAsync(1, Token);

        Assert.Equal(["vigil-rank, of its own"], scorer.Threads.Distinct());
    }

    [Fact]
    public async Task Run_LoopThatFails_EndsWithItsFault() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => OwnThread.Run("failing", () => throw new InvalidOperationException("planted")));

    [Fact]
    public async Task Run_LoopThatIsStopped_IsCanceled()
    {
        using var stop = new CancellationTokenSource();
        var loop = OwnThread.Run("stopped", () => Wait(stop.Token));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
    }

    private static void Wait(CancellationToken stop)
    {
        stop.WaitHandle.WaitOne();
        stop.ThrowIfCancellationRequested();
    }

    private sealed class ThreadNotingScorer : IItemScorer
    {
        private readonly WordScorer _inner = new();

        public ConcurrentQueue<string> Threads { get; } = [];

        public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Contracts.Content> items, StageClock clock, CancellationToken cancellation)
        {
            Threads.Enqueue($"{Thread.CurrentThread.Name}, {(Thread.CurrentThread.IsThreadPoolThread ? "of the pool" : "of its own")}");
            return _inner.Score(items, clock, cancellation);
        }
    }
}
