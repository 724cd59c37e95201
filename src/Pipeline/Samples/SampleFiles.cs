using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vigil.Pipeline.Samples;

/// <summary>
/// The committed sample stream: <c>stream.jsonl.gz</c> holds one record a line, <c>expected.jsonl.gz</c> what must become
/// of the record on the same line. Two files, so that nothing that reads records can see an answer.
/// </summary>
internal static class SampleFiles
{
    public const string Stream = "stream.jsonl.gz";
    public const string Expected = "expected.jsonl.gz";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault,
    };

    public static void Write(string folder, IReadOnlyList<Sample> samples)
    {
        Directory.CreateDirectory(folder);
        WriteLines(Path.Combine(folder, Stream), samples.Select(RecordLine));
        WriteLines(Path.Combine(folder, Expected), samples.Select(sample => JsonSerializer.SerializeToUtf8Bytes(Shown(sample.Expected), CamelCase)));
    }

    public static IReadOnlyList<Sample> Read(string folder)
    {
        var records = ReadLines(Path.Combine(folder, Stream)).Select(ParseRecord).ToList();
        var expected = ReadLines(Path.Combine(folder, Expected)).Select(ParseExpectation).ToList();
        if (records.Count != expected.Count)
        {
            throw new CommandFailedException($"{folder}: {records.Count} records but {expected.Count} expected outcomes; run `vigil samples generate`.");
        }

        return [.. records.Zip(expected, (record, outcome) => new Sample(record.Record, outcome, record.PaddedTo))];
    }

    /// <summary>One line of the stream; a value that is a JSON object stands in it as it is, every other one as base64.</summary>
    public static byte[] RecordLine(Sample sample)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            if (sample.Record.Key is { } key)
            {
                json.WriteString("key", key);
            }

            WriteValue(json, sample.Record.Value);
            if (sample.PaddedTo > 0)
            {
                json.WriteNumber("paddedTo", sample.PaddedTo);
            }

            WriteHeaders(json, sample.Record.Headers);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static (StreamRecord Record, int PaddedTo) ParseRecord(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        byte[]? value = root.TryGetProperty("base64", out var base64) ? base64.GetBytesFromBase64()
            : root.TryGetProperty("value", out var json) && json.ValueKind == JsonValueKind.Object ? Encoding.UTF8.GetBytes(json.GetRawText())
            : null;
        var headers = root.TryGetProperty("headers", out var pairs)
            ? pairs.EnumerateArray().Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!)).ToList()
            : StreamRecord.NoHeaders;
        byte[]? key = root.TryGetProperty("key", out var text) ? Encoding.UTF8.GetBytes(text.GetString()!) : null;
        return (new(key, value, headers), root.TryGetProperty("paddedTo", out var padded) ? padded.GetInt32() : 0);
    }

    private static void WriteValue(Utf8JsonWriter json, byte[]? value)
    {
        if (value is null)
        {
            json.WriteNull("value");
        }
        else if (IsJsonObject(value))
        {
            json.WritePropertyName("value");
            json.WriteRawValue(value);
        }
        else
        {
            json.WriteBase64String("base64", value);
        }
    }

    private static void WriteHeaders(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (headers.Count == 0)
        {
            return;
        }

        json.WriteStartArray("headers");
        foreach (var (name, value) in headers)
        {
            json.WriteStartArray();
            json.WriteStringValue(name);
            json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    // Only what a line can carry unchanged: strict UTF-8, one object, no line feed.
    private static bool IsJsonObject(byte[] value)
    {
        if (value.Length == 0 || value[0] != (byte)'{' || value[^1] != (byte)'}' || value.Contains((byte)'\n'))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(value);
            return System.Text.Unicode.Utf8.IsValid(value);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static object Shown(Expectation expected) => new
    {
        expected.Outcome,
        Reason = NullIfEmpty(expected.Reason),
        Planted = NullIfEmpty(expected.Planted),
        Queue = NullIfEmpty(expected.Queue),
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static Expectation ParseExpectation(string line)
    {
        using var document = JsonDocument.Parse(line);
        string Text(string name) => document.RootElement.TryGetProperty(name, out var value) ? value.GetString()! : "";
        return new(Text("outcome"), Text("reason"), Text("planted"), Text("queue"));
    }

    private static void WriteLines(string path, IEnumerable<byte[]> lines)
    {
        using var file = File.Create(path);
        using var zipped = new GZipStream(file, CompressionLevel.SmallestSize);
        foreach (var line in lines)
        {
            zipped.Write(line);
            zipped.WriteByte((byte)'\n');
        }
    }

    private static IEnumerable<string> ReadLines(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandFailedException($"{path} is missing; run `vigil samples generate`.");
        }

        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
