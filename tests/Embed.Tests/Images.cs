using System.Buffers.Binary;

namespace Vigil.Embed.Tests;

/// <summary>Headers of pictures, made here byte by byte; there are no pixels behind them.</summary>
internal static class Images
{
    public static byte[] Png(uint width, uint height) =>
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, .. Big(width), .. Big(height), 8, 6, 0, 0, 0];

    public static byte[] Gif(ushort width, ushort height) => [.. "GIF89a"u8, .. Little(width), .. Little(height), 0, 0, 0];

    /// <summary>With an application segment before the frame, as cameras write it.</summary>
    public static byte[] Jpeg(ushort width, ushort height, byte frame = 0xC0) =>
    [
        0xFF, 0xD8, 0xFF, 0xE0, 0, 6, 1, 2, 3, 4, 0xFF, 0xFF, 0xC4, 0, 3, 0,
        0xFF, frame, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0,
    ];

    public static byte[] WebpExtended(int width, int height) => Webp("VP8X"u8, [0, 0, 0, 0, .. Little24(width - 1), .. Little24(height - 1)]);

    public static byte[] WebpLossy(ushort width, ushort height) => Webp("VP8 "u8, [0, 0, 0, 0x9D, 1, 0x2A, .. Little(width), .. Little(height)]);

    public static byte[] WebpLossless(int width, int height) => Webp("VP8L"u8, [0x2F, .. LittleWord((uint)((width - 1) | ((height - 1) << 14))), 0, 0, 0, 0, 0]);

    public static byte[] Bmp(int width, int height) => [.. "BM"u8, .. new byte[12], .. LittleWord(40), .. LittleWord((uint)width), .. LittleWord((uint)height), 1, 0, 24, 0];

    public static byte[] OldBmp(ushort width, ushort height) => [.. "BM"u8, .. new byte[12], .. LittleWord(12), .. Little(width), .. Little(height), 1, 0, 24, 0];

    /// <summary>A thumbnail's dimensions stand before the picture's own.</summary>
    public static byte[] Heif(ReadOnlySpan<byte> brand, uint width, uint height) =>
    [
        .. Box("ftyp"u8, [.. brand, 0, 0, 0, 0]),
        .. Box("meta"u8, [0, 0, 0, 0, .. Box("hdlr"u8, new byte[20]), .. Box("iprp"u8, Box("ipco"u8, [.. Ispe(16, 12), .. Ispe(width, height)]))]),
    ];

    public static byte[] HeifWithoutDimensions(ReadOnlySpan<byte> brand) => Box("ftyp"u8, [.. brand, 0, 0, 0, 0]);

    private static byte[] Ispe(uint width, uint height) => Box("ispe"u8, [0, 0, 0, 0, .. Big(width), .. Big(height)]);

    private static byte[] Box(ReadOnlySpan<byte> kind, byte[] content) => [.. Big((uint)content.Length + 8), .. kind, .. content];

    private static byte[] Webp(ReadOnlySpan<byte> chunk, byte[] data) => [.. "RIFF"u8, .. LittleWord((uint)data.Length + 12), .. "WEBP"u8, .. chunk, .. LittleWord((uint)data.Length), .. data];

    private static byte[] Big(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] LittleWord(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(ushort value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Little24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
