using System.Buffers.Binary;

namespace Vigil.Embed.Hashing;

/// <summary>
/// AVIF and HEIC by their brand; dimensions are the largest <c>ispe</c> property, since a file may hold tiles and
/// thumbnails too. Boxes are walked by their sizes. The format demands the property: a file without it is broken, and
/// its pixels could be any number.
/// </summary>
internal static class HeifHeader
{
    private const int BoxHeader = 8;
    // Properties are few; a file that pretends otherwise is not searched to its end.
    private const int MostBoxes = 4_096;

    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 16 || !bytes[4..8].SequenceEqual("ftyp"u8) || Mime(bytes[8..12]) is not { } mime)
        {
            return ImageHeader.None;
        }

        int width = 0, height = 0;
        if (Find(bytes, "meta"u8, out var meta) && meta.Length > 4
            && Find(meta[4..], "iprp"u8, out var properties)
            && Find(properties, "ipco"u8, out var container))
        {
            Largest(container, ref width, ref height);
        }

        return ImageHeader.Of(mime, width, height);
    }

    private static string? Mime(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) ? "image/avif"
        : brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("hevc"u8) || brand.SequenceEqual("hevx"u8) ? "image/heic"
        : brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8) ? "image/heif"
        : null;

    private static bool Find(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> kind, out ReadOnlySpan<byte> content)
    {
        for (var i = 0; i < MostBoxes && TryBox(ref boxes, out var found, out content); i++)
        {
            if (found.SequenceEqual(kind))
            {
                return true;
            }
        }

        content = default;
        return false;
    }

    private static void Largest(ReadOnlySpan<byte> properties, ref int width, ref int height)
    {
        for (var i = 0; i < MostBoxes && TryBox(ref properties, out var kind, out var content); i++)
        {
            if (kind.SequenceEqual("ispe"u8) && content.Length >= 12)
            {
                var candidate = ImageHeader.Of("image/*", BinaryPrimitives.ReadUInt32BigEndian(content[4..]), BinaryPrimitives.ReadUInt32BigEndian(content[8..]));
                if (candidate.Pixels > (long)width * height)
                {
                    (width, height) = (candidate.Width, candidate.Height);
                }
            }
        }
    }

    /// <summary>Takes one box off the front.</summary>
    private static bool TryBox(scoped ref ReadOnlySpan<byte> boxes, out ReadOnlySpan<byte> kind, out ReadOnlySpan<byte> content)
    {
        kind = content = default;
        if (boxes.Length < BoxHeader)
        {
            return false;
        }

        kind = boxes[4..8];
        long size = BinaryPrimitives.ReadUInt32BigEndian(boxes);
        var header = BoxHeader;
        if (size == 1 && boxes.Length >= 16)
        {
            // The size did not fit into 32 bits.
            (size, header) = (BinaryPrimitives.ReadInt64BigEndian(boxes[8..]), 16);
        }
        else if (size == 0)
        {
            size = boxes.Length;
        }

        if (size < header || size > boxes.Length)
        {
            return false;
        }

        content = boxes[header..(int)size];
        boxes = boxes[(int)size..];
        return true;
    }
}
