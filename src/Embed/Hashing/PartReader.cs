using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Vigil.Contracts;

namespace Vigil.Embed.Hashing;

/// <summary>
/// SHA-256 and MD5 of every part, and for images what the header says. An image that cannot be used is listed with its
/// reason and hashed all the same: known bytes are known, whatever they are.
/// </summary>
internal static class PartReader
{
    public const int MaxImageBytes = 3 * 1024 * 1024;
    public const long MaxPixels = 50_000_000;

    public static (IReadOnlyList<PartDigest> Digests, IReadOnlyList<UnreadablePart> Unreadable) Read(IReadOnlyList<ContentPart> parts)
    {
        var digests = new PartDigest[parts.Count];
        List<UnreadablePart>? unreadable = null;
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = parts[i] switch
            {
                TextPart text => OfText(i, text.Text),
                ImagePart image => OfImage(i, image.Bytes.Span, ref unreadable),
                var other => throw new InvalidOperationException($"Unknown part {other.GetType().Name}. This is a bug."),
            };
        }

        return (digests, unreadable ?? (IReadOnlyList<UnreadablePart>)[]);
    }

    private static PartDigest OfText(int part, string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            // A lone surrogate becomes U+FFFD, as everywhere.
            var length = Encoding.UTF8.GetBytes(text, bytes);
            return Digest(part, "text", bytes.AsSpan(0, length), ImageHeader.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static PartDigest OfImage(int part, ReadOnlySpan<byte> bytes, ref List<UnreadablePart>? unreadable)
    {
        var recognised = ImageHeader.TryRead(bytes, out var header);
        var reason = bytes.Length > MaxImageBytes ? UnreadableReason.ImageTooLarge
            : !recognised ? UnreadableReason.NotAnImage
            : header.Pixels > MaxPixels ? UnreadableReason.Pixels
            : null;
        if (reason is not null)
        {
            (unreadable ??= []).Add(new UnreadablePart(part, reason));
        }

        return Digest(part, "image", bytes, header);
    }

    private static PartDigest Digest(int part, string kind, ReadOnlySpan<byte> bytes, ImageHeader header) => new(
        part,
        kind,
        SHA256.HashData(bytes),
#pragma warning disable CA5351 // Hash lists of known material are exchanged as MD5; nothing is secured by it.
        MD5.HashData(bytes),
#pragma warning restore CA5351
        bytes.Length,
        header.Mime,
        header.Width,
        header.Height);
}
