using System.Text;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>A record of <c>bank</c>.</summary>
internal sealed record BankRecord(string? Key, byte[]? Value, string? ContentType, string? Schema, long Offset, long TimeMs)
{
    public static BankRecord Of(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Message.Key is { Length: > 0 } key ? Encoding.UTF8.GetString(key) : null,
        result.Message.Value,
        Header(result.Message.Headers, WireHeaders.ContentType),
        Header(result.Message.Headers, WireHeaders.Schema),
        result.Offset.Value,
        result.Message.Timestamp.UnixTimestampMs);

    private static string? Header(Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var value) && value is not null ? Encoding.UTF8.GetString(value) : null;
}

/// <summary>Checks what engineers put on <c>bank</c>.</summary>
internal static class BankRecordReader
{
    public const string NoId = RejectReason.NoId;
    public const string ReservedId = "reserved_id";
    public const string Side = "side";
    public const string Policies = "policies";
    public const string Severity = "severity";
    public const string State = "state";
    private const int MaxIdBytes = 256;
    private const int MaxTextLength = 100_000;
    private const int MaxSeverity = 10;

    /// <returns>The entry as content to embed, or a reason.</returns>
    public static (BankEntry? Entry, string? Reason) ReadEntry(BankRecord record, string id)
    {
        var (entry, reason) = PublishedMessage.Parse(BankEntry.Parser, BankEntry.Descriptor, record.Value, record.ContentType, record.Schema);
        return entry is null ? (null, reason) : EntryFault(entry, id) is { } fault ? (null, fault) : (entry, null);
    }

    public static (BankState? State, string? Reason) ReadState(BankRecord record)
    {
        var (state, reason) = PublishedMessage.Parse(BankState.Parser, BankState.Descriptor, record.Value, record.ContentType, record.Schema);
        if (state is null)
        {
            return (null, reason);
        }

        return state.State != BankState.Types.State.Unspecified && Enum.IsDefined(state.State) && IsInCalendar(state.ExpiresAt)
            ? (state, null)
            : (null, State);
    }

    /// <summary>Null where the id may stand for an entry.</summary>
    public static string? IdFault(string? id) => string.IsNullOrWhiteSpace(id) ? NoId
        : Encoding.UTF8.GetByteCount(id) > MaxIdBytes ? RejectReason.IdTooLong
        : BankKeys.Read(id, out _) != BankKeyKind.Entry ? ReservedId
        : null;

    public static string? EntryFault(BankEntry entry, string id) =>
        entry.Id.Length > 0 && entry.Id != id ? RejectReason.KeyMismatch
        : entry.Side is not (Contracts.Wire.Side.Violation or Contracts.Wire.Side.Benign) ? Side
        : entry.Policies.Count == 0 || entry.Policies.Any(string.IsNullOrWhiteSpace) ? Policies
        : entry.Severity is < 0 or > MaxSeverity ? Severity
        : PartFault(entry.Part);

    private static string? PartFault(Part? part) => part?.KindCase switch
    {
        Part.KindOneofCase.Image => part.Image.Bytes.IsEmpty ? RejectReason.Empty : null,
        Part.KindOneofCase.Text => string.IsNullOrWhiteSpace(part.Text) ? RejectReason.Empty
            : part.Text.Length > MaxTextLength ? RejectReason.TextTooLong
            : null,
        _ => RejectReason.Empty,
    };

    private static bool IsInCalendar(Google.Protobuf.WellKnownTypes.Timestamp? time)
    {
        try
        {
            _ = time?.ToDateTimeOffset();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
