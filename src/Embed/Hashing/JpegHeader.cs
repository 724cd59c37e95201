using System.Buffers.Binary;

namespace Vigil.Embed.Hashing;

/// <summary>Finds a JPEG's frame header by walking its segments, whose lengths say where the next one starts.</summary>
internal static class JpegHeader
{
    private const byte Marker = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        for (var at = 2; at + 4 <= bytes.Length;)
        {
            if (bytes[at] != Marker)
            {
                return ImageHeader.None;
            }

            var kind = bytes[at + 1];
            if (kind is Marker or 0x01 or (>= 0xD0 and <= 0xD7))
            {
                // A fill byte or a marker without a segment.
                at += kind == Marker ? 1 : 2;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (kind is StartOfScan or EndOfImage or 0xD8 || length < 2)
            {
                return ImageHeader.None;
            }

            if (IsFrame(kind))
            {
                return Frame(bytes[(at + 4)..]);
            }

            at += 2 + length;
        }

        return ImageHeader.None;
    }

    /// <summary>SOF0 to SOF15; between them stand DHT, JPG and DAC.</summary>
    private static bool IsFrame(byte kind) => kind is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;

    private static ImageHeader Frame(ReadOnlySpan<byte> frame) =>
        frame.Length >= 5
            ? ImageHeader.Of("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(frame[3..]), BinaryPrimitives.ReadUInt16BigEndian(frame[1..]))
            : ImageHeader.None;
}
