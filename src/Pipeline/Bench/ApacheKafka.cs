using System.Text.RegularExpressions;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Bench;

/// <summary>Apache Kafka as a child, from a folder that holds a `run.sh` which takes --data and prints BOOTSTRAP host:port.</summary>
internal static partial class ApacheKafka
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);

    /// <summary>The folder given, else the one beside the repository; null: there is none.</summary>
    public static string? FolderOf(string? given)
    {
        var folder = given ?? Path.Combine(VigilHome.Path, "..", "shared", "kafka");
        return File.Exists(Path.Combine(folder, "run.sh")) ? folder : null;
    }

    /// <exception cref="CommandFailedException">It did not start, such as without Java.</exception>
    public static Task<(ChildProcess Child, string Bootstrap)> StartAsync(string folder, string data, CancellationToken cancellation) => ChildProcess.StartServerAsync(
        "Apache Kafka", "/bin/bash", [Path.Combine(folder, "run.sh"), "--data", data], Address(), StartTime, cancellation);

    [GeneratedRegex(@"^BOOTSTRAP (?<address>\S+)")]
    private static partial Regex Address();
}
