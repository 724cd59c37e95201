using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Vigil.Contracts;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;
using Vigil.Rank;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>Degraded, never silent (<c>design.md</c> §6.6, pitfall 16).</summary>
public sealed class GuardedScorerTests
{
    private readonly FailingScorer _models = new();
    private readonly WorkerHealth _health = new();

    [Fact]
    public void Score_OneItemThatFails_IsMatchedByHashesAloneAndTheOthersAreRanked()
    {
        _models.Poison = "b";
        var scored = Score(holdMinutes: 5, "a", "b", "c");

        Assert.Equal(["", PolicySet.UnscoredQueue, ""], scored.Select(item => item.Ranking.Queue));
        Assert.Equal([0, 1, 0], scored.Select(item => item.Degraded.Count));
    }

    [Fact]
    public async Task Score_ModelsBrokenBeyondTheHold_QueuesEverythingUnscored()
    {
        _models.IsBroken = true;
        var scored = Score(holdMinutes: 0.005, "a", "b");

        Assert.All(scored, item => Assert.Equal((PolicySet.UnscoredQueue, "models failed"), (item.Ranking.Queue, item.Degraded.Single())));
        Assert.Equal(HealthStatus.Degraded, await Health());
        Assert.True(_models.Calls > 2, "the models are tried again while the worker holds");
    }

    [Fact]
    public async Task Score_WhileItHolds_IsNotReadyAndGoesOnWhenTheModelsWork()
    {
        _models.IsBroken = true;
        var holding = Task.Factory.StartNew(() => Score(holdMinutes: 60, "a"), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await TopicContents.Until(() => Health().GetAwaiter().GetResult() == HealthStatus.Unhealthy && _models.Calls > 2, "the hold", TestContext.Current.CancellationToken);

        _models.IsBroken = false;

        Assert.Equal("", Assert.Single(await holding).Ranking.Queue);
        Assert.Equal(HealthStatus.Healthy, await Health());
    }

    [Fact]
    public void Score_StoppedWhileItHolds_GivesUpWithoutAnOutcome()
    {
        _models.IsBroken = true;
        using var stopping = new CancellationTokenSource();
        _models.Called = () => stopping.Cancel();

        Assert.Throws<OperationCanceledException>(() => ScoreUntil(60, ["a"], stopping.Token));
    }

    [Fact]
    public void Score_ModelsDisposedAsTheProcessEnds_GivesUpWithoutAnOutcome()
    {
        _models.Called = () => ObjectDisposedException.ThrowIf(true, _models);

        Assert.Throws<ObjectDisposedException>(() => Score(holdMinutes: 0, "a"));
    }

    private IReadOnlyList<ScoredItem> Score(double holdMinutes, params string[] ids) => ScoreUntil(holdMinutes, ids, CancellationToken.None);

    private IReadOnlyList<ScoredItem> ScoreUntil(double holdMinutes, string[] ids, CancellationToken stopping)
    {
        using var bank = new Bank(TimeProvider.System);
        bank.Publish(BankFollower.SnapshotOf([], "none", 1, IndexBackend.Managed, TimeProvider.System));
        var policies = new PolicySet([new("hate", "Hate", 8, 60, "hate", "hate-leads", 0.5)], "test");
        var guarded = new GuardedScorer(
            _models,
            new HashScorer(bank, policies, new RankOptions(), "models failed"),
            new() { HoldMinutes = holdMinutes, RetrySeconds = 0.1 },
            _health,
            TimeProvider.System,
            NullLogger<GuardedScorer>.Instance,
            stopping);
        return guarded.Score([.. ids.Select(id => new Content { Id = id, Parts = [new TextPart("x")] })], new(TimeProvider.System), CancellationToken.None);
    }

    private async Task<HealthStatus> Health() => (await _health.CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status;

    private sealed class FailingScorer : IItemScorer
    {
        private readonly WordScorer _good = new();
        private volatile bool _isBroken;
        private int _calls;

        public bool IsBroken { get => _isBroken; set => _isBroken = value; }

        public string Poison { get; set; } = "";

        public Action? Called { get; set; }

        public int Calls => Volatile.Read(ref _calls);

        public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _calls);
            Called?.Invoke();
            return IsBroken || items.Any(item => item.Id == Poison)
                ? throw new InvalidOperationException("planted")
                : _good.Score(items, clock, cancellation);
        }
    }
}
