using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>CPU seconds of the whole machine since it was started, idle time apart, from <c>/proc/stat</c>; in steps of 10 ms.</summary>
internal static class MachineCpu
{
    private const double TicksPerSecond = 100;
    private const int Idle = 3;
    private const int WaitingForDisk = 4;

    // After steal come the guests', which user time holds already.
    private const int Fields = 8;

    public static double BusySeconds() => Busy(File.ReadLines("/proc/stat").First());

    internal static double Busy(string line) => line
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
        .Take(Fields)
        .Where((_, place) => place is not (Idle or WaitingForDisk))
        .Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
}

/// <summary>How much of the machine's CPU others took since this was made: all that is busy less what is ours.</summary>
/// <param name="ours">CPU seconds of every process of the bench; the same processes at every call.</param>
internal sealed class OthersCpu(Func<double> ours, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly double _busy = MachineCpu.BusySeconds();
    private readonly double _ours = ours();

    /// <summary>0: the machine was ours alone; 1: others took all of it.</summary>
    public double Share()
    {
        var others = MachineCpu.BusySeconds() - _busy - (ours() - _ours);
        return Math.Max(0, others / (time.GetElapsedTime(_start).TotalSeconds * Environment.ProcessorCount));
    }
}
