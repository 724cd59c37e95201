using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>Memory of another process as the kernel counts it.</summary>
internal static class ProcessMemory
{
    private const string Resident = "VmRSS:";

    public static double ResidentMegabytes(int id)
    {
        var line = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith(Resident, StringComparison.Ordinal));
        return long.Parse(line[Resident.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024.0;
    }
}
