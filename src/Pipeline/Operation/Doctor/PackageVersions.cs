using System.Text.Json;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>Versions of packages as this program was built with them; a library that cannot tell its own is told by that.</summary>
internal static class PackageVersions
{
    /// <returns>Null: not known.</returns>
    public static string? Of(string package)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "vigil.deps.json");
        if (!File.Exists(file))
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name.Split('/'))
            .FirstOrDefault(parts => parts.Length == 2 && parts[0] == package)?[1];
    }
}
