using Microsoft.Extensions.Logging;

namespace Vigil.Ingest;

/// <summary>
/// Ends the process when a native call does not come back: some ignore their own timeouts (librdkafka#5456) and none can be
/// cancelled. A restart recovers, because the broker aborts what was left open.
/// </summary>
/// <param name="end">Must not return in production; <see cref="Environment.FailFast(string)"/> does not.</param>
public sealed class Watchdog(TimeSpan limit, TimeProvider time, Action<string> end, ILogger<Watchdog> log)
{
    public void Guard(string call, Action action)
    {
        using var timer = time.CreateTimer(_ => Hang(call), null, limit, Timeout.InfiniteTimeSpan);
        action();
    }

    private void Hang(string call)
    {
        IngestLog.Hung(log, call, limit.TotalSeconds);
        end($"{call} did not return within {limit.TotalSeconds:0} s");
    }
}
