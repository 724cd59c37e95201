namespace Vigil;

/// <summary>Compiled into every test project: whether callers wait for each other, which shows whatever else the machine does.</summary>
internal static class Waits
{
    private const string Counter = "voluntary_ctxt_switches:";
    private const int WarmUp = 20;

    /// <summary>
    /// How often a thread slept in a call while others made the same one. What only computes sleeps never; behind one lock, calls of
    /// 50 µs sleep in more than half.
    /// </summary>
    public static double PerCall(Action call, int threads = 4, int calls = 1_000)
    {
        using var together = new Barrier(threads);
        long slept = 0;
        Thread[] callers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            Repeat(call, WarmUp);
            together.SignalAndWait();
            var before = Sleeps();
            Repeat(call, calls);
            Interlocked.Add(ref slept, Sleeps() - before);
        }))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        return slept / (double)(threads * calls);
    }

    private static void Repeat(Action call, int times)
    {
        for (var i = 0; i < times; i++)
        {
            call();
        }
    }

    // A thread that the kernel takes off its core sleeps not by its own will, and is not counted.
    private static long Sleeps() => long.Parse(
        File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith(Counter, StringComparison.Ordinal))[Counter.Length..], System.Globalization.CultureInfo.InvariantCulture);
}
