using System.Buffers.Binary;

namespace Vigil.Embed.Hashing;

/// <summary>
/// What the first bytes of an image say: type and dimensions. No pixel is decoded and nothing is allocated; bytes of any
/// kind end in an answer. A publisher's own word for the type plays no part.
/// </summary>
/// <param name="Mime">Empty: no known image.</param>
/// <param name="Width">Pixels; 0 where there is no known image.</param>
internal readonly record struct ImageHeader(string Mime, int Width, int Height)
{
    public static ImageHeader None { get; } = new("", 0, 0);

    public long Pixels => (long)Width * Height;

    /// <returns>False: not an image of a known type, or its header is broken or cut off.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ImageHeader header)
    {
        header =
            IsPng(bytes) ? Png(bytes)
            : bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8) ? Gif(bytes)
            : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? JpegHeader.Read(bytes)
            : IsRiff(bytes, "WEBP"u8) ? WebpHeader.Read(bytes)
            : bytes.StartsWith("BM"u8) ? Bmp(bytes)
            : HeifHeader.Read(bytes);
        return header.Mime.Length > 0;
    }

    /// <returns><see cref="None"/> unless both dimensions are positive.</returns>
    public static ImageHeader Of(string mime, long width, long height) =>
        width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? new ImageHeader(mime, (int)width, (int)height) : None;

    private static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);

    private static bool IsRiff(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> form) =>
        bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual(form);

    private static ImageHeader Png(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 24 && bytes[12..16].SequenceEqual("IHDR"u8)
            ? Of("image/png", BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]))
            : None;

    private static ImageHeader Gif(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 10
            ? Of("image/gif", BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]))
            : None;

    /// <summary>The header's size tells the old core header (16-bit numbers) from all later ones; a negative height means top-down rows.</summary>
    private static ImageHeader Bmp(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26)
        {
            return None;
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..]);
        return size switch
        {
            12 => Of("image/bmp", BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..])),
            >= 40 and <= 200 => Of("image/bmp", BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]), Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]))),
            _ => None,
        };
    }
}
