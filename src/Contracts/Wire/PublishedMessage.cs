using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Vigil.Contracts.Wire;

/// <summary>
/// Reads what publishers put on <c>content</c> and <c>bank</c>: protobuf, or JSON in the proto3 mapping. JSON is named by
/// the content-type header or, without one, known by its first byte (no valid message of ours begins with '{').
/// </summary>
public static class PublishedMessage
{
    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Parses a value that is not null.</summary>
    /// <param name="contentType">Value of the content-type header, the last one where there are several; null without.</param>
    /// <param name="schema">Value of the vigil-schema header; null without.</param>
    /// <returns>The message, or null with one of <see cref="RejectReason"/>.</returns>
    public static (T? Message, string? Reason) Parse<T>(MessageParser<T> parser, MessageDescriptor descriptor, ReadOnlySpan<byte> value, string? contentType, string? schema)
        where T : class, IMessage<T>
    {
        if (value.IsEmpty)
        {
            return (null, RejectReason.EmptyValue);
        }

        if (schema is not null && !IsKnownSchema(schema, descriptor.Name))
        {
            return (null, RejectReason.Schema);
        }

        if (value[0] == 0)
        {
            return (null, RejectReason.RegistryFrame);
        }

        var json = IsJson(value, contentType);
        var message = Parse(parser, descriptor, value, json, repair: false) ?? Parse(parser, descriptor, value, json, repair: true);
        return message is null ? (null, RejectReason.Undecodable) : (message, null);
    }

    private static T? Parse<T>(MessageParser<T> parser, MessageDescriptor descriptor, ReadOnlySpan<byte> value, bool json, bool repair)
        where T : class, IMessage<T>
    {
        try
        {
            if (json)
            {
                var text = Encoding.UTF8.GetString(value);
                return (T)Json.Parse(repair ? TextRepair.Json(text) : text, descriptor);
            }

            return parser.ParseFrom(repair ? TextRepair.Protobuf(value.ToArray(), descriptor) : value);
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException or FormatException or OverflowException
            or InvalidOperationException or ArgumentException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Whether a value is read as JSON.</summary>
    public static bool IsJson(ReadOnlySpan<byte> value, string? contentType) => contentType is null
        ? value[0] == (byte)'{'
        : contentType.StartsWith(WireHeaders.Json, StringComparison.OrdinalIgnoreCase);

    private static bool IsKnownSchema(string schema, string message)
    {
        var slash = schema.LastIndexOf('/');
        return slash > 0
            && schema.AsSpan(0, slash).SequenceEqual(message)
            && int.TryParse(schema.AsSpan(slash + 1), out var major)
            && major == WireHeaders.Major;
    }
}
