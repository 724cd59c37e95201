using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>Buffers of the shared pools that this flow of work borrows and gives back, and no others of the process.</summary>
internal sealed class PoolGauge : EventListener
{
    private const string Source = "System.Buffers.ArrayPoolEventSource";

    // Names of the runtime's own events.
    private const string Rented = "BufferRented";
    private const string Returned = "BufferReturned";

    private static readonly AsyncLocal<PoolGauge?> Current = new();

    private readonly ConcurrentDictionary<int, int> _out = new();
    private int _borrowed;

    public PoolGauge() => Current.Value = this;

    public int Borrowed => Volatile.Read(ref _borrowed);

    public int Outstanding => _out.Values.Sum();

    public override void Dispose()
    {
        Current.Value = null;
        base.Dispose();
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (Current.Value != this || eventData.Payload is not [int buffer, ..])
        {
            return;
        }

        if (eventData.EventName == Rented)
        {
            Interlocked.Increment(ref _borrowed);
            _out.AddOrUpdate(buffer, 1, (_, count) => count + 1);
        }
        else if (eventData.EventName == Returned)
        {
            _out.AddOrUpdate(buffer, -1, (_, count) => count - 1);
        }
    }
}
