using System.Text;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Content = Vigil.Contracts.Content;

namespace Vigil.Ingest;

/// <summary>
/// Record → content to rank, a deletion, or the reason for a dead letter: the table of <c>design.md</c> §5, in its order.
/// Pure; never throws for any bytes.
/// </summary>
public static class ContentDecoder
{
    public const int MaxIdBytes = 256;
    public const int MaxParts = 64;
    public const int MaxTextCharacters = 100_000;
    public const int MaxRecordBytes = 5 * 1024 * 1024;

    private static readonly HeaderWords ContentTypes = new(WireHeaders.ContentType);
    private static readonly HeaderWords Schemas = new(WireHeaders.Schema);

    public static DecodedRecord Decode(ConsumedRecord record)
    {
        if (record.Size > MaxRecordBytes)
        {
            // Not parsed at all: the limit is there so that parsing has one.
            return Rejected(record, KeyOf(record), RejectReason.RecordTooLarge);
        }

        if (record.Value is not { } value)
        {
            return DecodeNull(record, KeyOf(record));
        }

        var contentType = ContentTypes.Of(record);
        var (wire, reason) = PublishedMessage.Parse(ReusedContent.Parser, Contracts.Wire.Content.Descriptor, value, contentType, Schemas.Of(record));
        if (wire is null)
        {
            return Rejected(record, KeyOf(record), reason ?? RejectReason.Undecodable);
        }

        var content = wire.ToDomain(MaxParts + 1);
        if (content.Id.Length == 0)
        {
            content = content with { Id = KeyOf(record) };
        }

        return IdFault(content.Id, record.Key) is { } idFault
            ? Rejected(record, content.Id, idFault)
            : Judge(record, content, PayloadDigest.Of(value, PublishedMessage.IsJson(value, contentType)));
    }

    private static DecodedRecord DecodeNull(ConsumedRecord record, string key) => IdFault(key, null) is { } fault
        ? Rejected(record, key, fault)
        : new(record, DecodedKind.Deletion, key, new(0, Sha256Digest.None), null, default, "");

    private static DecodedRecord Judge(ConsumedRecord record, Content content, Sha256Digest payload)
    {
        var reason = content.Deleted ? null : PartsFault(content);
        var kind = reason is not null ? DecodedKind.Rejected : content.Deleted ? DecodedKind.Deletion : DecodedKind.Content;
        return new(record, kind, content.Id, new(content.Revision, ContentDigest.Of(content)), content, payload, reason ?? "");
    }

    private static string KeyOf(ConsumedRecord record) => record.Key is { Length: > 0 } key ? Encoding.UTF8.GetString(key) : "";

    /// <param name="key">Null or empty: the record has none, or it is the id.</param>
    private static string? IdFault(string id, byte[]? key)
    {
        if (id.Length == 0)
        {
            return RejectReason.NoId;
        }

        if (Encoding.UTF8.GetByteCount(id) > MaxIdBytes)
        {
            return RejectReason.IdTooLong;
        }

        return key is { Length: > 0 } && !IsText(key, id) ? RejectReason.KeyMismatch : null;
    }

    // Nearly always it is byte for byte; what is no UTF-8 is compared as it would be read.
    private static bool IsText(byte[] key, string id)
    {
        Span<byte> bytes = stackalloc byte[MaxIdBytes];
        return bytes[..Encoding.UTF8.GetBytes(id, bytes)].SequenceEqual(key) || Encoding.UTF8.GetString(key) == id;
    }

    private static string? PartsFault(Content content)
    {
        if (content.Parts.Count > MaxParts)
        {
            return RejectReason.TooManyParts;
        }

        var characters = 0L;
        var empty = true;
        foreach (var part in content.Parts)
        {
            if (part is TextPart text)
            {
                characters += CountCharacters(text.Text);
                empty &= text.Text.Length == 0;
            }
            else
            {
                empty = false;
            }
        }

        return empty ? RejectReason.Empty : characters > MaxTextCharacters ? RejectReason.TextTooLong : null;
    }

    // Code points, not UTF-16 units: a publisher counts an emoji once.
    private static int CountCharacters(string text)
    {
        var count = text.Length;
        foreach (var unit in text)
        {
            if (char.IsLowSurrogate(unit))
            {
                count--;
            }
        }

        return count;
    }

    private static DecodedRecord Rejected(ConsumedRecord record, string id, string reason) =>
        new(record, DecodedKind.Rejected, Clip.ToBytes(id, MaxIdBytes), default, null, default, reason);
}
