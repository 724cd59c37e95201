namespace Vigil.Broker.Log;

/// <summary>Set once when any of the partitions that a fetch waits on has changed.</summary>
internal sealed class FetchSignal
{
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set() => _changed.TrySetResult();

    /// <summary>Returns at the change or at the end of <paramref name="patience"/>, whichever is first.</summary>
    public async Task WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await _changed.Task.WaitAsync(patience, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // An empty answer after the longest wait is what the client asked for.
        }
    }
}
