using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Vigil.Pipeline.Training;

/// <summary>Reads JSON lines, optionally gzipped, one row at a time. The first line that is broken or cut off ends it.</summary>
internal static class LabelledFile
{
    /// <summary>A field must have one of the values.</summary>
    public sealed record Condition(string Field, IReadOnlyList<string> Values);

    /// <exception cref="CommandFailedException">Names the file, the line and what is wrong.</exception>
    public static IEnumerable<LabelledRow> Read(string path, IReadOnlyList<Condition> where)
    {
        using var reader = Open(path);
        for (var number = 1; NextLine(reader, path, number) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (Parse(line, where, path, number) is { } row)
            {
                yield return row;
            }
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            Stream stream = File.OpenRead(path);
            if (path.EndsWith(".gz", StringComparison.Ordinal))
            {
                stream = new GZipStream(stream, CompressionMode.Decompress);
            }

            return new(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{path}: {e.Message}");
        }
    }

    private static string? NextLine(StreamReader reader, string path, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or DecoderFallbackException)
        {
            throw new CommandFailedException($"{path}: line {number}: the file is broken or cut off: {e.Message}");
        }
    }

    private static LabelledRow? Parse(string line, IReadOnlyList<Condition> where, string path, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            if (row.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("not a JSON object");
            }

            return where.All(condition => condition.Values.Contains(Text(row, condition.Field))) ? Map(row) : null;
        }
        catch (JsonException e)
        {
            throw new CommandFailedException($"{path}: line {number}: broken or cut off at byte {e.BytePositionInLine}");
        }
        catch (FormatException e)
        {
            throw new CommandFailedException($"{path}: line {number}: {e.Message}");
        }
    }

    private static LabelledRow Map(JsonElement row)
    {
        var id = Text(row, "id");
        var reference = Text(row, "ref");
        var source = Text(row, "source");
        if (id.Length == 0)
        {
            throw new FormatException("id: missing");
        }

        return new(
            id,
            Texts(row),
            [.. Strings(row, "labels").Where(label => label != "none")],
            [.. Strings(row, "scope")],
            Harm(row),
            source.Length > 0 ? source : Prefix(reference.Length > 0 ? reference : id),
            Text(row, "split"),
            Text(row, "lang"),
            reference.Length > 0 ? reference : id);
    }

    private static IReadOnlyList<string> Texts(JsonElement row)
    {
        if (row.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
        {
            return [text.GetString()!];
        }

        if (!row.TryGetProperty("parts", out var parts) || parts.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("text: missing, and no parts");
        }

        return [.. parts.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.String ? part.GetString()! : Text(part, "text")).Where(part => part.Length > 0)];
    }

    private static bool? Harm(JsonElement row)
    {
        if (!row.TryGetProperty("harm", out var harm))
        {
            return null;
        }

        return harm.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when harm.TryGetInt32(out var number) && number is 0 or 1 => number == 1,
            _ => throw new FormatException("harm: must be 0, 1 or null"),
        };
    }

    private static IEnumerable<string> Strings(JsonElement row, string field)
    {
        if (!row.TryGetProperty(field, out var values) || values.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return values.ValueKind == JsonValueKind.Array && values.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String)
            ? values.EnumerateArray().Select(value => value.GetString()!)
            : throw new FormatException($"{field}: must be a list of strings");
    }

    private static string Text(JsonElement row, string field) =>
        !row.TryGetProperty(field, out var value) ? "" : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "",
            JsonValueKind.Number => value.GetRawText(),
            _ => throw new FormatException($"{field}: must be a string"),
        };

    private static string Prefix(string id) => id.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? id[..colon] : "";
}
