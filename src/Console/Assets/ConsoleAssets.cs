using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Vigil.ReviewConsole.Assets;

/// <summary>The stylesheet, the module and the icon, out of the assembly. Their address holds their hash, so browsers may keep them for good.</summary>
public static class ConsoleAssets
{
    internal const string Path = ConsolePaths.Root + "/assets/{name}";

    private static readonly FrozenDictionary<string, Asset> Known = new[] { Read("console.css", "text/css"), Read("console.js", "text/javascript"), Read("icon.svg", "image/svg+xml") }.ToFrozenDictionary(asset => asset.Name);

    public static string Style { get; } = AddressOf("console.css");

    public static string Module { get; } = AddressOf("console.js");

    public static string Icon { get; } = AddressOf("icon.svg");

    internal static Results<FileContentHttpResult, NotFound> Serve(string name, HttpContext context)
    {
        if (!Known.TryGetValue(name, out var asset))
        {
            return TypedResults.NotFound();
        }

        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(asset.Bytes, $"{asset.Type}; charset=utf-8");
    }

    private static string AddressOf(string name) => $"{ConsolePaths.Root}/assets/{name}?v={Known[name].Hash}";

    private static Asset Read(string name, string type)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"No asset {name}. This is a bug.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(name, type, bytes, Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8)));
    }

    private sealed record Asset(string Name, string Type, byte[] Bytes, string Hash);
}
