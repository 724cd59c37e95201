using System.Buffers.Binary;
using System.IO.Compression;

namespace Vigil.Broker.Log;

/// <summary>The records of a batch, taken out of its compression. Used at start and in searches by time, never on the way through.</summary>
internal static class BatchRecords
{
    /// <summary>A batch is never blown up beyond this; a larger one is treated as one that cannot be read.</summary>
    private const int MaxBytes = 64 << 20;

    private static ReadOnlySpan<byte> XerialMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>False where the codec is Zstandard, which is not read here, or where the bytes are damaged.</summary>
    public static bool TryExpand(ReadOnlySpan<byte> batch, in BatchHeader header, out byte[] records)
    {
        var packed = batch[BatchHeader.Bytes..header.Size];
        try
        {
            records = (CompressionCodec)header.Compression switch
            {
                CompressionCodec.None => packed.ToArray(),
                CompressionCodec.Gzip => Gzip(packed),
                CompressionCodec.Snappy => Snappy(packed),
                CompressionCodec.Lz4 => Lz4Frame.Decode(packed, MaxBytes),
                _ => [],
            };
        }
        catch (InvalidDataException)
        {
            records = [];
        }

        return records.Length > 0;
    }

    private static byte[] Gzip(ReadOnlySpan<byte> packed)
    {
        using var stream = new GZipStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        using var records = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            records.Write(buffer, 0, read);
            if (records.Length > MaxBytes)
            {
                throw new InvalidDataException("A gzip batch that grows too large.");
            }
        }

        return records.ToArray();
    }

    /// <summary>Java clients write snappy in blocks behind a magic word, librdkafka as one bare block.</summary>
    private static byte[] Snappy(ReadOnlySpan<byte> packed)
    {
        if (!packed.StartsWith(XerialMagic))
        {
            return SnappyBlock.Decode(packed, MaxBytes);
        }

        var records = new List<byte>();
        for (var rest = packed[16..]; rest.Length >= 4;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            if (length < 0 || length > rest.Length - 4 || records.Count > MaxBytes)
            {
                throw new InvalidDataException("A snappy block that ends too early.");
            }

            records.AddRange(SnappyBlock.Decode(rest.Slice(4, length), MaxBytes - records.Count));
            rest = rest[(4 + length)..];
        }

        return [.. records];
    }
}
