using Vigil.Contracts;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Scoring;

/// <summary>
/// Degraded, never silent (<c>design.md</c> §6.6). When the models fail, a probe tells whether they are broken or one item
/// is: a single bad item is scored by its hashes; broken models hold the worker, which is then not ready, and after the hold
/// hashes go on alone while the models are tried again now and then. Used by one thread.
/// </summary>
/// <param name="stopping">The worker is to end: what it holds is given up, uncommitted.</param>
internal sealed class GuardedScorer(
    IItemScorer models,
    IItemScorer hashes,
    DegradedOptions options,
    WorkerHealth health,
    TimeProvider time,
    ILogger<GuardedScorer> log,
    CancellationToken stopping) : IItemScorer
{
    private static readonly Content[] Probe = [new() { Id = "probe", Parts = [new TextPart("a harmless line of text")] }];

    private long _brokenSince;
    private long _triedAt;
    private bool _broken;

    public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        while (!_broken || time.GetElapsedTime(_triedAt).TotalSeconds >= options.RetrySeconds || IsHolding)
        {
            if (_broken)
            {
                // A worker that holds has nothing to drain: what it holds is not committed.
                stopping.WaitHandle.WaitOne(Remaining);
                stopping.ThrowIfCancellationRequested();
            }

            if (TryModels(items, clock, cancellation) is { } scored)
            {
                Recover();
                return scored;
            }

            if (TryModels(Probe, new(time), cancellation) is not null)
            {
                Recover();
                return OneByOne(items, clock, cancellation);
            }

            Break();
        }

        health.Degrade("the models fail; hashes alone are matched and the rest waits in unscored");
        return hashes.Score(items, clock, cancellation);
    }

    private bool IsHolding => time.GetElapsedTime(_brokenSince).TotalMinutes < options.HoldMinutes;

    private TimeSpan Remaining
    {
        get
        {
            var left = TimeSpan.FromSeconds(options.RetrySeconds) - time.GetElapsedTime(_triedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private List<ScoredItem> OneByOne(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        var scored = new List<ScoredItem>(items.Count);
        foreach (var item in items)
        {
            if (TryModels([item], clock, cancellation) is { } one)
            {
                scored.AddRange(one);
            }
            else
            {
                WorkerLog.ItemFailed(log, item.Id);
                scored.AddRange(hashes.Score([item], clock, cancellation));
            }
        }

        return scored;
    }

    private IReadOnlyList<ScoredItem>? TryModels(IReadOnlyList<Content> items, StageClock clock, CancellationToken cancellation)
    {
        try
        {
            return models.Score(items, clock, cancellation);
        }
        // Models that are disposed are not broken: the process ends, and what was begun is not committed.
        catch (Exception fault) when (fault is not (OperationCanceledException or ObjectDisposedException))
        {
            // The message may quote content; its type does not.
            WorkerLog.ModelsFailed(log, fault.GetType().Name, items.Count);
            return null;
        }
    }

    private void Break()
    {
        _triedAt = time.GetTimestamp();
        if (!_broken)
        {
            _broken = true;
            _brokenSince = _triedAt;
        }

        if (IsHolding)
        {
            health.Hold("the models fail; nothing is ranked until they work again or the hold is over");
        }

        PipelineTelemetry.Degraded.Record(1);
    }

    private void Recover()
    {
        if (_broken)
        {
            _broken = false;
            health.Run();
            PipelineTelemetry.Degraded.Record(0);
            WorkerLog.Recovered(log);
        }
    }
}
