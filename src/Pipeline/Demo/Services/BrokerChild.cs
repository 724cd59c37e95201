using System.Text.RegularExpressions;

namespace Vigil.Pipeline.Demo.Services;

/// <summary>The development broker as a child: `vigil broker` of this very build, on any free port.</summary>
internal static partial class BrokerChild
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    /// <returns>The child and its bootstrap address.</returns>
    public static Task<(ChildProcess Child, string Bootstrap)> StartAsync(string folder, CancellationToken cancellation) => ChildProcess.StartServerAsync(
        "vigil broker", Path.Combine(AppContext.BaseDirectory, "vigil"), ["broker", "--port", "0", "--data", folder], Address(), StartTime, cancellation);

    [GeneratedRegex(@"(?<address>127\.0\.0\.1:\d+)")]
    private static partial Regex Address();
}
