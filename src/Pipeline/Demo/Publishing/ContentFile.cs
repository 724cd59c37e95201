using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Publishing;

/// <summary>
/// A content file of <c>design.md</c> §10 as records: id, text or parts, lang, author, ts become a Content message; labels
/// and everything else stay behind. A line that is no JSON object is published as it is, and so becomes a dead letter.
/// </summary>
internal static class ContentFile
{
    private const int LinesReported = 20;
    private const string PublishedAsItIs = "published as it is";

    // The end of the year 9999, as far as a timestamp goes.
    private const double LastSecond = 253_402_300_799;

    // What batch, key and headers may add to a value.
    private const int Overhead = 16 * 1024;

    private static readonly int MostBytes = new Contracts.Topics().Settings[0].MaxMessageBytes - Overhead;

    private static readonly JsonParser Lenient = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private static readonly string[] SecondsFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"];

    /// <exception cref="CommandFailedException">It is not there, may not be read, is no whole .gz file from its first line on, or holds nothing.</exception>
    public static void Check(string path)
    {
        using var reader = Open(path);
        while (NextLine(reader, path, 0, cutOff: null) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                return;
            }
        }

        throw new CommandFailedException($"{path} holds no records: JSON lines are wanted, such as {{\"id\":\"post-1\",\"text\":\"...\"}}");
    }

    /// <summary>Streams the file; <paramref name="report"/> is told the number of a line that cannot be read and what is wrong.</summary>
    /// <param name="cutOff">Told where a .gz file ends too early; the records before it are streamed. Null: that is an error.</param>
    public static IEnumerable<StreamRecord> Read(string path, Action<string> report, Action<string>? cutOff = null)
    {
        using var reader = Open(path);
        var number = 0;
        var broken = 0;
        while (NextLine(reader, path, number, cutOff) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var (record, problem) = ToRecord(line);
            var tooLarge = (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0) > MostBytes;
            if ((tooLarge || problem is not null) && broken++ < LinesReported)
            {
                report($"{path}, line {number}: {(tooLarge ? $"makes a record of {record.Value!.Length} bytes, more than the topic takes; left out" : problem)}");
            }

            if (!tooLarge)
            {
                yield return record;
            }
        }
    }

    /// <summary>One line as a record, with what is wrong where it is no item.</summary>
    public static (StreamRecord Record, string? Problem) ToRecord(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (AsIs(line), $"not a JSON object; {PublishedAsItIs}");
            }

            var content = ToContent(document.RootElement);
            var problem = HasUnreadableTime(document.RootElement) ? "'ts' is no time such as 2026-01-31T12:00:00Z, nor seconds since 1970; published without it" : null;
            return (new(content.Id.Length == 0 ? null : Encoding.UTF8.GetBytes(content.Id), content.ToByteArray(), StreamRecord.NoHeaders), problem);
        }
        catch (JsonException fault)
        {
            return (AsIs(line), $"not valid JSON at character {fault.BytePositionInLine}; {PublishedAsItIs}");
        }
        catch (FormatException fault)
        {
            return (AsIs(line), $"{fault.Message}; {PublishedAsItIs}");
        }
    }

    private static Content ToContent(JsonElement item)
    {
        var content = new Content { Id = Text(item, "id"), Lang = Text(item, "lang"), AuthorId = Text(item, "author"), Surface = Text(item, "surface"), CreatedAt = Time(item) };
        if (item.TryGetProperty("parts", out var parts))
        {
            content.Parts.AddRange(Parts(parts));
        }
        else
        {
            content.Parts.Add(new Part { Text = Text(item, "text") });
        }

        return content;
    }

    // Parts are written as in the published JSON: {"text": …} or {"image": {"bytes": base64, "mime": …}}; a text alone will do.
    private static List<Part> Parts(JsonElement parts)
    {
        try
        {
            return [.. parts.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.String ? new Part { Text = part.GetString() } : Lenient.Parse<Part>(part.GetRawText()))];
        }
        catch (Exception fault) when (fault is InvalidOperationException or InvalidProtocolBufferException or InvalidJsonException)
        {
            throw new FormatException("'parts' is not a list of {\"text\": ...} and {\"image\": {\"bytes\": base64}}");
        }
    }

    private static string Text(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return "";
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"'{name}' is not a text");
    }

    private static bool HasUnreadableTime(JsonElement item) =>
        item.TryGetProperty("ts", out var value) && value.ValueKind != JsonValueKind.Null && Time(item) is null;

    private static Timestamp? Time(JsonElement item) => !item.TryGetProperty("ts", out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String when DateTimeOffset.TryParseExact(
            value.GetString(), SecondsFormats, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) => Timestamp.FromDateTimeOffset(time),
        JsonValueKind.Number when value.TryGetDouble(out var seconds) && seconds is >= 0 and <= LastSecond => Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(seconds)),
        _ => null,
    };

    // Named as JSON, so that a cut-off line can never pass for protobuf by chance.
    private static StreamRecord AsIs(string line) => StreamRecord.Of(null, Encoding.UTF8.GetBytes(line)).With(WireHeaders.ContentType, WireHeaders.Json);

    /// <exception cref="CommandFailedException">It is not there or may not be read.</exception>
    public static StreamReader Open(string path)
    {
        try
        {
            var file = File.OpenRead(path);
            return new(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFile.Of(path, fault);
        }
    }

    private static string? NextLine(StreamReader reader, string path, int number, Action<string>? cutOff)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (InvalidDataException fault)
        {
            var text = $"{path} is not a whole .gz file: it is cut off or damaged after line {number}";
            if (cutOff is null)
            {
                throw new CommandFailedException(text, fault);
            }

            cutOff(text);
            return null;
        }
    }
}
