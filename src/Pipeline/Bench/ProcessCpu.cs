using System.Runtime.InteropServices;

namespace Vigil.Pipeline.Bench;

/// <summary>CPU seconds of a process, native threads included, by its own clock (<c>clock_getcpuclockid</c> of POSIX); to the nanosecond.</summary>
internal static class ProcessCpu
{
    // Linux makes the clock of a process from its number: CPUCLOCK_SCHED in the low bits, the complement above.
    private const int ScheduledTime = 2;
    private const int NumberShift = 3;
    private const double NanosecondsPerSecond = 1e9;

    /// <exception cref="ArgumentException">There is no such process.</exception>
    public static double Seconds(int id) => ReadClock((~id << NumberShift) | ScheduledTime, out var time) == 0
        ? time.Seconds + (time.Nanoseconds / NanosecondsPerSecond)
        : throw new ArgumentException($"There is no process {id}.", nameof(id));

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }

#pragma warning disable SYSLIB1054 // LibraryImport needs unsafe code, which only Recall and Rank may hold.
    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out Time time);
#pragma warning restore SYSLIB1054
}
