using System.Buffers.Binary;

namespace Vigil.Pipeline.Samples;

/// <summary>Small valid pictures made byte by byte, and headers that claim more than there is.</summary>
internal static class TinyImages
{
    /// <summary>A square RGB PNG of random pixels, its data stored uncompressed so that the bytes are the same everywhere.</summary>
    public static byte[] Png(Draw draw, int side = 8)
    {
        var rows = new byte[side * ((side * 3) + 1)];
        for (var i = 0; i < rows.Length; i++)
        {
            // Every row begins with filter type 0.
            rows[i] = i % ((side * 3) + 1) == 0 ? (byte)0 : (byte)draw.Between(0, 255);
        }

        return PngOf(side, side, rows);
    }

    /// <summary>A PNG whose header claims the given size and whose data is a single pixel.</summary>
    public static byte[] PngClaiming(int width, int height) => PngOf(width, height, [0, 0, 0, 0]);

    /// <summary>A GIF of one pixel in a colour of its own.</summary>
    public static byte[] Gif(Draw draw) =>
    [
        .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0,
        (byte)draw.Between(0, 255), (byte)draw.Between(0, 255), (byte)draw.Between(0, 255), 0xFF, 0xFF, 0xFF,
        0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ];

    private static byte[] PngOf(int width, int height, byte[] rows)
    {
        using var image = new MemoryStream();
        image.Write([0x89, .. "PNG"u8, 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // 8 bits a sample, RGB, the only compression, filter and no interlace.
        header[8] = 8;
        header[9] = 2;
        WriteChunk(image, "IHDR"u8, header);
        WriteChunk(image, "IDAT"u8, Stored(rows));
        WriteChunk(image, "IEND"u8, []);
        return image.ToArray();
    }

    /// <summary>A zlib stream of one stored block (RFC 1950, RFC 1951 3.2.4).</summary>
    private static byte[] Stored(byte[] data)
    {
        var stored = new byte[data.Length + 11];
        stored[0] = 0x78;
        stored[1] = 0x01;
        stored[2] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(3), (ushort)data.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(5), (ushort)~data.Length);
        data.CopyTo(stored, 7);
        uint low = 1, high = 0;
        foreach (var value in data)
        {
            low = (low + value) % 65521;
            high = (high + low) % 65521;
        }

        BinaryPrimitives.WriteUInt32BigEndian(stored.AsSpan(data.Length + 7), (high << 16) | low);
        return stored;
    }

    private static void WriteChunk(MemoryStream image, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        image.Write(number);
        image.Write(type);
        image.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(0xFFFFFFFF, type), data));
        image.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return crc;
    }
}
