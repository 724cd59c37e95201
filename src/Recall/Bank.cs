using System.Diagnostics.Metrics;

namespace Vigil.Recall;

/// <summary>Holds the current snapshot: one writer publishes, any number of readers acquire.</summary>
public sealed class Bank : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private BankSnapshot? _current;
    private TimeSpan? _staleness;

    public Bank(TimeProvider time)
    {
        _time = time;
        Audit = new(time);
        Meter = RecallTelemetry.Watch(this);
    }

    /// <summary>Whether a first whole snapshot was published.</summary>
    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>What the current snapshot holds; null before the first.</summary>
    public BankSummary? Summary
    {
        get
        {
            lock (_gate)
            {
                return _current?.Summary;
            }
        }
    }

    /// <summary>From the last change on <c>bank</c> to its first being searched; null before a first change.</summary>
    public TimeSpan? Staleness
    {
        get
        {
            lock (_gate)
            {
                return _staleness;
            }
        }
    }

    /// <summary>For whoever searches the bank.</summary>
    public RecallAudit Audit { get; }

    internal Meter Meter { get; }

    public Task WaitUntilReadyAsync(CancellationToken cancellation) => _ready.Task.WaitAsync(cancellation);

    /// <summary>The current snapshot, to be disposed by the caller after use: <c>using var snapshot = bank.Acquire();</c></summary>
    /// <exception cref="InvalidOperationException">Before the first snapshot.</exception>
    public BankSnapshot Acquire()
    {
        lock (_gate)
        {
            return _current?.Acquire() ?? throw new InvalidOperationException("The bank is not loaded. This is a bug.");
        }
    }

    /// <summary>Makes <paramref name="next"/> current and takes over the caller's reference.</summary>
    public void Publish(BankSnapshot next)
    {
        BankSnapshot? old;
        lock (_gate)
        {
            old = _current;
            _current = next;
            // The first snapshot holds what was put long ago: its age says nothing of the way here.
            if (old is not null && next.Summary.NewestChange is { } change)
            {
                _staleness = _time.GetUtcNow() - change;
            }
        }

        old?.Dispose();
        _ready.TrySetResult();
    }

    public void Dispose()
    {
        BankSnapshot? last;
        lock (_gate)
        {
            last = _current;
            _current = null;
        }

        last?.Dispose();
        Meter.Dispose();
    }
}
