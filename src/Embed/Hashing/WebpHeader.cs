using System.Buffers.Binary;

namespace Vigil.Embed.Hashing;

/// <summary>A WebP's first chunk: VP8 (lossy), VP8L (lossless) or VP8X (extended).</summary>
internal static class WebpHeader
{
    private const string Mime = "image/webp";

    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 30)
        {
            return ImageHeader.None;
        }

        var chunk = bytes[12..16];
        var data = bytes[20..];
        return chunk.SequenceEqual("VP8 "u8) ? Lossy(data)
            : chunk.SequenceEqual("VP8L"u8) ? Lossless(data)
            : chunk.SequenceEqual("VP8X"u8) ? Extended(data)
            : ImageHeader.None;
    }

    private static ImageHeader Lossy(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> startCode = [0x9D, 0x01, 0x2A];
        // 14 bits each; the upper two are a scale.
        return data[3..6].SequenceEqual(startCode)
            ? ImageHeader.Of(Mime, BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF)
            : ImageHeader.None;
    }

    private static ImageHeader Lossless(ReadOnlySpan<byte> data)
    {
        const byte Signature = 0x2F;
        var packed = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
        return data[0] == Signature
            ? ImageHeader.Of(Mime, (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1)
            : ImageHeader.None;
    }

    private static ImageHeader Extended(ReadOnlySpan<byte> data) => ImageHeader.Of(Mime, UInt24(data[4..]) + 1, UInt24(data[7..]) + 1);

    private static int UInt24(ReadOnlySpan<byte> data) => data[0] | (data[1] << 8) | (data[2] << 16);
}
