using System.Text.Json;

namespace Vigil.Pipeline.Operation.Notices;

/// <summary>The packages a lock file of NuGet names, those that only build aside.</summary>
internal static class LockFile
{
    /// <summary>Analysers and generators: they leave nothing in what is published.</summary>
    private static readonly HashSet<string> BuildOnly = new(StringComparer.OrdinalIgnoreCase) { "Microsoft.CodeAnalysis.BannedApiAnalyzers", "Grpc.Tools" };

    public static IReadOnlyList<(string Name, string Version)> Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            .Where(package => package.Value.GetProperty("type").GetString() != "Project" && !BuildOnly.Contains(package.Name))
            .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!))
            .Distinct()];
    }
}
