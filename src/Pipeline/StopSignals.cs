using System.Runtime.InteropServices;

namespace Vigil.Pipeline;

/// <summary>SIGINT and SIGTERM: the first asks everything to drain, a second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _received;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Received);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Received);
    }

    public CancellationToken Stopping => _stopping.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stopping.Dispose();
    }

    private void Received(PosixSignalContext context)
    {
        // A second signal is left to the runtime, which ends the process.
        if (Interlocked.Increment(ref _received) == 1)
        {
            context.Cancel = true;
            _stopping.Cancel();
        }
    }
}
