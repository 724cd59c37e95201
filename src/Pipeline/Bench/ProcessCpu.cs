using System.Globalization;

namespace Vigil.Pipeline.Bench;

/// <summary>CPU seconds of another process, native threads included, from <c>/proc</c>; in steps of 10 ms.</summary>
internal static class ProcessCpu
{
    private const double TicksPerSecond = 100;
    private const int UserTime = 11;
    private const int SystemTime = 12;

    public static double Seconds(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        // The name in parentheses may hold blanks; the numbers begin after it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[UserTime], CultureInfo.InvariantCulture) + long.Parse(fields[SystemTime], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
