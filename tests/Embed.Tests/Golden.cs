using System.IO.Compression;
using System.Text.Json;

namespace Vigil.Embed.Tests;

/// <summary>A line of a golden file.</summary>
internal sealed record GoldenLine(string Id, string Text, string Clean, int[] Ids, float[] Vector);

internal static class Golden
{
    public static IReadOnlyList<GoldenLine> Clean { get; } = Read("golden-clean.jsonl.gz");

    public static IReadOnlyList<GoldenLine> Ids { get; } = Read("golden-ids.jsonl.gz");

    public static IReadOnlyList<GoldenLine> Vectors { get; } = Read("golden-vectors.jsonl.gz");

    /// <summary>JSON lines of a .gz file.</summary>
    public static IEnumerable<JsonElement> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<JsonElement>(line);
        }
    }

    private static List<GoldenLine> Read(string name) => [.. Lines(Path.Combine(EncoderFixture.Folder, name)).Select(Parse)];

    private static GoldenLine Parse(JsonElement line) => new(
        line.GetProperty("id").GetString()!,
        line.GetProperty("text").GetString()!,
        line.TryGetProperty("clean", out var clean) ? clean.GetString()! : "",
        line.TryGetProperty("ids", out var ids) ? [.. ids.EnumerateArray().Select(id => id.GetInt32())] : [],
        line.TryGetProperty("vector", out var vector) ? [.. vector.EnumerateArray().Select(value => value.GetSingle())] : []);
}
