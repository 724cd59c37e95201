using System.Buffers.Binary;

namespace Vigil.Broker.Log;

/// <summary>The 61 bytes that open a record batch of format 2, the only format served. <paramref name="Size"/> is the whole batch in bytes.</summary>
internal readonly record struct BatchHeader(
    long BaseOffset,
    int Size,
    uint Crc,
    short Attributes,
    int LastOffsetDelta,
    long BaseTimestamp,
    long MaxTimestamp,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int RecordCount)
{
    public const int Bytes = 61;
    public const int CrcCovers = 21;
    public const short LogAppendTimeFlag = 0x08;
    public const short TransactionalFlag = 0x10;
    public const short ControlFlag = 0x20;
    public const short CompressionMask = 0x07;

    /// <summary>Bytes before the length field's end: what the length field does not count.</summary>
    private const int LengthOverhead = 12;

    public long LastOffset => BaseOffset + LastOffsetDelta;

    public int LastSequence => Sequence.Add(BaseSequence, LastOffsetDelta);

    public bool HasProducer => ProducerId >= 0;

    public bool IsTransactional => (Attributes & TransactionalFlag) != 0;

    public bool IsControl => (Attributes & ControlFlag) != 0;

    public bool HasLogAppendTime => (Attributes & LogAppendTimeFlag) != 0;

    public int Compression => Attributes & CompressionMask;

    /// <summary>False where the bytes are too short for a header or cannot be one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < Bytes || bytes[16] != 2)
        {
            return false;
        }

        var size = (long)BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) + LengthOverhead;
        if (size is < Bytes or > int.MaxValue)
        {
            return false;
        }

        header = new(
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            (int)size,
            BinaryPrimitives.ReadUInt32BigEndian(bytes[17..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[21..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[35..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[53..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[57..]));
        return header.LastOffsetDelta >= 0 && header.RecordCount >= 0;
    }

    /// <summary>The header as it is stored.</summary>
    /// <param name="appendTime">Of the broker's clock; −1: the producer's times stay.</param>
    public BatchHeader At(long baseOffset, long appendTime) => this with
    {
        BaseOffset = baseOffset,
        Attributes = (short)((Attributes & ~LogAppendTimeFlag) | (appendTime >= 0 ? LogAppendTimeFlag : 0)),
        MaxTimestamp = appendTime >= 0 ? appendTime : MaxTimestamp,
    };

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], Size - LengthOverhead);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], 0); // leader epoch
        bytes[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(bytes[21..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(bytes[23..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(bytes[27..], BaseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes[35..], MaxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes[43..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(bytes[51..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes[53..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(bytes[57..], RecordCount);
    }
}

internal static class Sequence
{
    /// <summary>Sequence numbers run from 0 to the largest int and then from 0 again.</summary>
    public static int Add(int sequence, int count) => (int)(((long)sequence + count) & int.MaxValue);
}
