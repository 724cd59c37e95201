using System.Buffers.Binary;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Log;

/// <summary>Checks and seals whole record batches.</summary>
internal static class RecordBatch
{
    /// <summary>Whether a producer's bytes are exactly one sound batch.</summary>
    public static ErrorCode Check(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        if (!BatchHeader.TryRead(bytes, out header))
        {
            return bytes.Length > 16 && bytes[16] != 2 ? ErrorCode.UnsupportedForMessageFormat : ErrorCode.CorruptMessage;
        }

        if (header.Size != bytes.Length || !HasValidCrc(bytes, header))
        {
            return ErrorCode.CorruptMessage;
        }

        if (header.IsControl || header.RecordCount == 0 || header.LastOffsetDelta != header.RecordCount - 1 || header.Compression > (int)CompressionCodec.Zstd)
        {
            return ErrorCode.InvalidRecord;
        }

        if (header.HasProducer && (header.ProducerEpoch < 0 || header.BaseSequence < 0))
        {
            return ErrorCode.InvalidRecord;
        }

        return header.Compression == 0 && !Records.AreSound(bytes[BatchHeader.Bytes..], header.RecordCount) ? ErrorCode.InvalidRecord : ErrorCode.None;
    }

    public static bool HasValidCrc(ReadOnlySpan<byte> bytes, in BatchHeader header) =>
        bytes.Length >= header.Size && Crc32C.Of(bytes[BatchHeader.CrcCovers..header.Size]) == header.Crc;

    /// <summary>Writes header and checksum over a batch whose records already stand behind the header's place.</summary>
    public static void Seal(Span<byte> batch, in BatchHeader header)
    {
        header.Write(batch);
        BinaryPrimitives.WriteUInt32BigEndian(batch[17..], Crc32C.Of(batch[BatchHeader.CrcCovers..]));
    }

    /// <summary>The control batch that ends a producer's transaction in one partition.</summary>
    public static byte[] Marker(long producerId, short epoch, bool commit, long offset, long timestamp)
    {
        // One record: length 16, attributes, timestamp and offset deltas 0, key (version 0, type), value (version 0, coordinator epoch 0), no header.
        ReadOnlySpan<byte> record = [32, 0, 0, 0, 8, 0, 0, 0, commit ? (byte)1 : (byte)0, 12, 0, 0, 0, 0, 0, 0, 0];
        var batch = new byte[BatchHeader.Bytes + record.Length];
        record.CopyTo(batch.AsSpan(BatchHeader.Bytes));
        const short Attributes = BatchHeader.TransactionalFlag | BatchHeader.ControlFlag;
        Seal(batch, new BatchHeader(offset, batch.Length, 0, Attributes, 0, timestamp, timestamp, producerId, epoch, -1, 1));
        return batch;
    }

    /// <summary>Whether a control batch commits; anything else ends its transaction as aborted.</summary>
    public static bool IsCommitMarker(ReadOnlySpan<byte> batch)
    {
        var reader = new Records(batch[BatchHeader.Bytes..]);
        return reader.TryNext(out var record) && record.Key.Length >= 4 && BinaryPrimitives.ReadInt16BigEndian(record.Key[2..]) == 1;
    }
}
