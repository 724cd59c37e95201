using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Vigil.Contracts;

/// <summary>
/// SHA-256 over what a reviewer judges: author, surface, url and every part in order. Reach, reports and attributes
/// are left out, so new reach is the same version. Every field is prefixed by its kind and length, so no two items
/// collide by moving bytes from one field to the next.
/// </summary>
public static class ContentDigest
{
    private const int PrefixLength = 1 + sizeof(int);

    public static Sha256Digest Of(Content content)
    {
        // All of it in one rented block and hashed at once: a hash that is fed piece by piece costs more than it computes.
        var block = ArrayPool<byte>.Shared.Rent(SizeOf(content));
        try
        {
            return Sha256Digest.Of(block.AsSpan(0, Write(content, block)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static int Write(Content content, Span<byte> block)
    {
        var length = WriteText(block, 0, 'a', content.AuthorId);
        length = WriteText(block, length, 's', content.Surface);
        length = WriteText(block, length, 'u', content.Url);
        foreach (var part in content.Parts)
        {
            switch (part)
            {
                case TextPart text:
                    length = WriteText(block, length, 't', text.Text);
                    break;
                case ImagePart image:
                    length = WriteText(block, length, 'm', image.Mime);
                    image.Bytes.Span.CopyTo(block[(length + PrefixLength)..]);
                    length = WritePrefix(block, length, 'i', image.Bytes.Length);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown part {part.GetType().Name}. This is a bug.");
            }
        }

        return length;
    }

    private static int SizeOf(Content content)
    {
        var size = SizeOf(content.AuthorId) + SizeOf(content.Surface) + SizeOf(content.Url);
        foreach (var part in content.Parts)
        {
            size += part switch
            {
                TextPart text => SizeOf(text.Text),
                ImagePart image => SizeOf(image.Mime) + PrefixLength + image.Bytes.Length,
                _ => 0,
            };
        }

        return size;
    }

    private static int SizeOf(string text) => PrefixLength + Encoding.UTF8.GetByteCount(text);

    private static int WriteText(Span<byte> block, int at, char kind, string text) =>
        WritePrefix(block, at, kind, Encoding.UTF8.GetBytes(text, block[(at + PrefixLength)..]));

    /// <returns>Where the next field begins.</returns>
    private static int WritePrefix(Span<byte> block, int at, char kind, int length)
    {
        block[at] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(block[(at + 1)..], length);
        return at + PrefixLength + length;
    }
}
