namespace Vigil.Pipeline.Worker;

/// <summary>A loop on a thread of its own: Kafka calls and inference block, and the pool's threads serve Redis and HTTP.</summary>
internal static class OwnThread
{
    /// <returns>Ends with the loop; carries its fault.</returns>
    public static Task Run(string name, Action loop)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                loop();
                done.SetResult();
            }
            catch (OperationCanceledException fault)
            {
                done.SetCanceled(fault.CancellationToken);
            }
#pragma warning disable CA1031 // Rethrown by whoever awaits the task.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                done.SetException(fault);
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return done.Task;
    }
}
