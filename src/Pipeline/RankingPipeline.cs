using System.Collections.Concurrent;
using Vigil.Contracts;
using Vigil.Ingest;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline;

/// <summary>
/// READ THIS FIRST: the flow of a worker, from content to ranked, exactly once.
/// 1. Ingest: <see cref="ContentConsumer"/> polls on its own thread and seals batches.
/// 2. Decode: <see cref="ContentDecoder"/> reads each record; <see cref="DuplicateWindow"/> knows duplicates and older revisions.
/// 3. Score: <see cref="IItemScorer"/> embeds what is left, searches the bank and ranks.
/// 4. Outcome: every record gets its one disposition.
/// 5. Commit: <see cref="OutcomeTransaction"/> writes results, status, dead letters and offsets together, one batch at a time,
///    while the next one is at steps 2 to 4.
/// Three loops on threads of their own, one batch between each two of them; the first fault cancels all and is rethrown.
/// </summary>
internal sealed class RankingPipeline(
    ContentConsumer consumer,
    InFlightBatches inFlight,
    DuplicateWindow window,
    IItemScorer scorer,
    IOutcomeSink outcomes,
    TopicWatch topic,
    string topicId,
    TimeProvider time) : IDisposable
{
    private readonly BlockingCollection<OutcomeBatch> _computed = new(boundedCapacity: 1);

    /// <summary>Runs until <paramref name="stopping"/>, then drains what is under way, commits it and leaves the group.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var fault = new CancellationTokenSource();
        using var drained = new CancellationTokenSource();
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(stopping, fault.Token);
        await OwnThread.Run("vigil-init", outcomes.Initialize);

        var poll = OwnThread.Run("vigil-poll", () => consumer.Run(feeding.Token, drained.Token));
        var rank = OwnThread.Run("vigil-rank", () => RankBatches(fault.Token));
        var commit = OwnThread.Run("vigil-commit", () => CommitBatches(fault.Token));
        var watch = topic.RunAsync(topicId, drained.Token);
        Task[] loops = [poll, rank, commit, watch];
        foreach (var loop in loops)
        {
            _ = loop.ContinueWith(_ => fault.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        await Task.WhenAll(rank, commit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await drained.CancelAsync();
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (loops.FirstOrDefault(loop => loop.IsFaulted) ?? Task.CompletedTask);
    }

    public void Dispose() => _computed.Dispose();

    private void RankBatches(CancellationToken cancellation)
    {
        try
        {
            while (consumer.Take(cancellation) is { } batch)
            {
                if (inFlight.IsDiscarded(batch))
                {
                    inFlight.Finish(batch);
                    continue;
                }

                _computed.Add(Compute(batch, cancellation), cancellation);
            }
        }
        finally
        {
            _computed.CompleteAdding();
        }
    }

    private void CommitBatches(CancellationToken cancellation)
    {
        foreach (var computed in _computed.GetConsumingEnumerable(cancellation))
        {
            outcomes.Commit(computed);
        }
    }

    private OutcomeBatch Compute(SealedBatch batch, CancellationToken cancellation)
    {
        using var receive = TraceLink.StartReceive(topic.Name, batch.Records);
        var clock = new StageClock(time);
        var overlay = window.Open(batch.Epoch, batch.Records.Count);

        // :: Step 2: decode
        var decoded = clock.Measure("decode", () => window.Decode(batch, overlay));

        // :: Step 3: score
        var fresh = decoded.Where(one => one.Verdict == WindowVerdict.Fresh && one.Record.Kind == DecodedKind.Content).Select(one => one.Record.Content!).ToList();
        var scored = new Queue<ScoredItem>(fresh.Count == 0 ? [] : scorer.Score(fresh, clock, cancellation));

        // :: Step 4: outcome
        var results = decoded.ConvertAll(one => (one.Verdict, one.Record.Kind) switch
        {
            (WindowVerdict.Duplicate, _) => new RecordOutcome(one.Record, Disposition.Duplicate, null),
            (WindowVerdict.Superseded, _) => new RecordOutcome(one.Record, Disposition.Superseded, null),
            (_, DecodedKind.Rejected) => new RecordOutcome(one.Record, Disposition.Rejected, null),
            (_, DecodedKind.Deletion) => OutcomeOf.Deletion(one.Record, topicId),
            _ => OutcomeOf.Content(one.Record, scored.Dequeue(), topicId, clock.Timings),
        });
        return new(batch, results, overlay, receive);
    }
}
