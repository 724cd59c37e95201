using System.Diagnostics.Metrics;
using Vigil.Pipeline.Scoring;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>Pitfall 44: a worker's offsets are committed by its producer, and the metric of its lag still knows them.</summary>
public sealed class LagTests
{
    private const int Backlog = 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lag_OfAKnownBacklog_IsShownAndThenGone()
    {
        await using var harness = await WorkerHarness.StartAsync();
        using var scorer = new HeldScorer();
        await harness.StartWorkerAsync("one", scorer);

        for (var i = 0; i < Backlog; i++)
        {
            await harness.PublishAsync($"id-{i}", "one");
        }

        await harness.UntilAsync(() => Lag(harness) == Backlog, "a lag of all that was published", Token);

        scorer.LetGo();
        await harness.StatusOfAsync(Backlog, Token);
        await harness.UntilAsync(() => Lag(harness) == 0, "no lag", Token);
    }

    /// <summary>Of this harness's topic: other workers of the process have topics of their own.</summary>
    private static long Lag(WorkerHarness harness)
    {
        long lag = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "vigil.consumer.lag")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => lag += tags.Contains(new("topic", harness.Clients.Topics.Content)) ? value : 0);
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }

    private sealed class HeldScorer : IItemScorer, IDisposable
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly WordScorer _inner = new();

        public void LetGo() => _gate.Set();

        public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Contracts.Content> items, StageClock clock, CancellationToken cancellation)
        {
            _gate.Wait(cancellation);
            return _inner.Score(items, clock, cancellation);
        }

        public void Dispose() => _gate.Dispose();
    }
}
