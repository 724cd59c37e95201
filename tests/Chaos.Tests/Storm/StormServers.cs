using System.Diagnostics;
using Vigil.Broker.Tests;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>How the servers of a storm are started, on a folder and a port they keep.</summary>
internal static class StormServers
{
    public static ProcessStartInfo DevelopmentBroker(int port, string folder) =>
        new("dotnet", [Path.Combine(AppContext.BaseDirectory, "vigil.dll"), "broker", "--port", $"{port}", "--data", folder]);

    public static ProcessStartInfo ApacheKafka(int port, string folder)
    {
        var script = Repository.Shared("kafka/run.sh");
        if (!File.Exists(script))
        {
            Requirement.Missing("Apache Kafka does not lie beside this checkout (../shared/kafka).");
        }

        return new("bash", [script, "--port", $"{port}", "--data", folder]);
    }

    // As in production: what was written a second ago is on the disk.
    public static ProcessStartInfo Redis(int port, string folder) =>
        new("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"]);

    public static ProcessStartInfo Vigil(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "vigil.dll"), .. arguments]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
