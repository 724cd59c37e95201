using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Telemetry;

/// <summary>
/// Exports <c>vigil.config.info</c>, 1 with a hash of what decides a result: settings, policies and model manifests. Instances
/// that should be alike and show two hashes run different rules.
/// </summary>
internal sealed class ConfigurationInfo(IConfiguration configuration) : IHostedService, IDisposable
{
    // What may differ between instances of one deployment (one bank role keeps the ledger, some workers have a GPU), and secrets.
    private static readonly string[] LeftOut = ["Vigil:Ingest:Instance", "Vigil:Ledger", "Vigil:Embed:Provider", "Vigil:Embed:Threads", "Vigil:Http", "Vigil:Kafka:Bootstrap", "Vigil:Kafka:Client", "Vigil:Redis", "Vigil:Review:Tokens"];

    private readonly Meter _meter = new("Vigil.Configuration");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var hash = Hash(configuration, VigilHome.Path);
        _meter.CreateObservableGauge(
            "vigil.config.info",
            () => new Measurement<int>(1, new("hash", hash), new KeyValuePair<string, object?>("version", ProductVersion.Text)),
            "1",
            "1; the hash is that of settings, policies and model manifests.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    /// <returns>16 hexadecimal digits.</returns>
    internal static string Hash(IConfiguration configuration, string home)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var settings = configuration.AsEnumerable()
            .Where(setting => setting.Value is not null && setting.Key.StartsWith("Vigil:", StringComparison.OrdinalIgnoreCase))
            .Where(setting => !LeftOut.Any(key => setting.Key.StartsWith(key, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in settings)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{key.ToUpperInvariant()}={value}\n"));
        }

        foreach (var file in Files(home))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(home, file)}\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    // Manifests name the hashes of all files beside them.
    private static IEnumerable<string> Files(string home) =>
        Files(Path.Combine(home, "policies"), "*.yaml").Concat(Files(Path.Combine(home, "models"), "*.json"));

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];
}
