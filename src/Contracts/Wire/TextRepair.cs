using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Vigil.Contracts.Wire;

/// <summary>
/// Puts U+FFFD where a text is not well-formed. The parsers refuse invalid UTF-8 and lone surrogates; a publisher's broken
/// character must not cost it the item, so what was refused is repaired and read once more.
/// </summary>
internal static class TextRepair
{
    private const int EscapeLength = 6;

    /// <summary>Rewrites the string fields of a protobuf message, by its descriptor; unknown fields stay as they are.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message at all.</exception>
    public static byte[] Protobuf(byte[] message, MessageDescriptor descriptor)
    {
        using var target = new MemoryStream(message.Length + 16);
        using (var output = new CodedOutputStream(target, leaveOpen: true))
        {
            var input = new CodedInputStream(message);
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                output.WriteTag(tag);
                CopyField(input, output, WireFormat.GetTagWireType(tag), descriptor.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag)));
            }
        }

        return target.ToArray();
    }

    /// <summary>Replaces escaped surrogates without their other half. A backslash stands in JSON strings only.</summary>
    public static string Json(string json)
    {
        var repaired = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] != '\\' || i + 1 == json.Length)
            {
                repaired.Append(json[i]);
                continue;
            }

            var unit = EscapedUnit(json, i);
            if (unit is not { } escaped || !char.IsSurrogate(escaped))
            {
                // Both characters, so that the second of an escaped backslash is not taken for a first.
                repaired.Append(json, i, 2);
                i++;
            }
            else if (char.IsHighSurrogate(escaped) && EscapedUnit(json, i + EscapeLength) is { } low && char.IsLowSurrogate(low))
            {
                repaired.Append(json, i, 2 * EscapeLength);
                i += (2 * EscapeLength) - 1;
            }
            else
            {
                repaired.Append("\\uFFFD");
                i += EscapeLength - 1;
            }
        }

        return repaired.ToString();
    }

    private static void CopyField(CodedInputStream input, CodedOutputStream output, WireFormat.WireType type, FieldDescriptor? field)
    {
        switch (type)
        {
            case WireFormat.WireType.Varint:
                output.WriteUInt64(input.ReadUInt64());
                break;
            case WireFormat.WireType.Fixed64:
                output.WriteFixed64(input.ReadFixed64());
                break;
            case WireFormat.WireType.Fixed32:
                output.WriteFixed32(input.ReadFixed32());
                break;
            case WireFormat.WireType.LengthDelimited:
                output.WriteBytes(Repair(input.ReadBytes(), field));
                break;
            default:
                // Groups: none of ours has any.
                throw new InvalidDataException("a protobuf group");
        }
    }

    private static ByteString Repair(ByteString bytes, FieldDescriptor? field) => field?.FieldType switch
    {
        FieldType.String => ByteString.CopyFromUtf8(Encoding.UTF8.GetString(bytes.Span)),
        FieldType.Message => UnsafeByteOperations.UnsafeWrap(Protobuf(bytes.ToByteArray(), field.MessageType)),
        _ => bytes,
    };

    private static char? EscapedUnit(string json, int at) =>
        at + EscapeLength <= json.Length
        && json[at] == '\\'
        && json[at + 1] == 'u'
        && ushort.TryParse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
