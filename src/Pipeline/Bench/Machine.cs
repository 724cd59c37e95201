using System.Globalization;
using System.Runtime.InteropServices;

namespace Vigil.Pipeline.Bench;

/// <summary>What a figure was measured on.</summary>
internal sealed record Machine(string Cpu, int Cores, string Os)
{
    public static Machine Here() => new(
        Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription);

    /// <summary>Runnable threads over the last minute, as the kernel counts them.</summary>
    public static double Load() => Lines("/proc/loadavg").Select(line => double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)).FirstOrDefault(double.NaN);

    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
