using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Ingest;
using Vigil.Pipeline.Demo.Accounting;

namespace Vigil.Pipeline.Operation.DeadLetters;

/// <summary>A record of <c>dead-letters</c> without its bytes: those are read again when they are wanted.</summary>
/// <param name="Id">The content id: the key's text, else what the bytes say; empty where neither tells.</param>
/// <param name="Bytes">Digest of key and value, by which a copy is known.</param>
/// <param name="Size">Bytes of key, value and headers as the publisher sent them.</param>
/// <param name="Source">Null: no worker wrote this record.</param>
/// <param name="Headers">The publisher's own, in order.</param>
internal sealed record DeadLetter(
    RecordPosition Position,
    DateTimeOffset Time,
    byte[]? Key,
    string Id,
    RecordBytes Bytes,
    long Size,
    bool IsNull,
    string Reason,
    string Stage,
    string SourceTopic,
    string SourceTopicId,
    RecordPosition? Source,
    IReadOnlyList<IHeader> Headers)
{
    /// <summary>Whether the record it holds was itself published by a replay.</summary>
    public bool CameBack => Headers.Any(header => header.Key == WireHeaders.Replayed);

    public static DeadLetter Of(ConsumeResult<byte[]?, byte[]?> result)
    {
        var all = result.Message.Headers;
        var own = OriginalHeaders(all);
        var original = new Headers();
        foreach (var header in own)
        {
            original.Add(header.Key, header.GetValueBytes());
        }

        var record = new ConsumedRecord(
            result.Partition.Value, result.Offset.Value, DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs), result.Message.Key, result.Message.Value, original);
        return new(
            new(record.Partition, record.Offset),
            record.Time,
            record.Key,
            record.Key is { Length: > 0 } key ? Encoding.UTF8.GetString(key) : ContentDecoder.Decode(record).ContentId,
            RecordBytes.Of(record.Key, record.Value),
            record.Size,
            record.Value is null,
            Text(all, WireHeaders.Reason),
            Text(all, WireHeaders.Stage),
            Text(all, WireHeaders.SourceTopic),
            Text(all, WireHeaders.SourceTopicId),
            PositionText(all),
            own);
    }

    /// <summary>The worker adds its headers after the publisher's, the reason first; whatever a publisher calls so stands before.</summary>
    private static List<IHeader> OriginalHeaders(Headers all)
    {
        var list = all.ToList();
        var added = list.FindLastIndex(header => header.Key == WireHeaders.Reason);
        return added < 0 ? list : list[..added];
    }

    private static RecordPosition? PositionText(Headers headers) =>
        int.TryParse(Text(headers, WireHeaders.SourcePartition), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
        && long.TryParse(Text(headers, WireHeaders.SourceOffset), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new(partition, offset)
            : null;

    private static string Text(Headers headers, string name) =>
        headers.TryGetLastBytes(name, out var value) && value is not null ? Encoding.UTF8.GetString(value) : "";
}

/// <summary>What a record holds, whatever its headers: null and empty differ.</summary>
internal readonly record struct RecordBytes(Sha256Digest Key, Sha256Digest Value)
{
    public static RecordBytes Of(byte[]? key, byte[]? value) => new(Digest(key), Digest(value));

    private static Sha256Digest Digest(byte[]? bytes) => bytes is null ? Sha256Digest.None : Sha256Digest.Of(bytes);
}
