using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Vigil.Contracts;

/// <summary>
/// SHA-256 over what a reviewer judges: author, surface, url and every part in order. Reach, reports and attributes
/// are left out, so new reach is the same version. Every field is prefixed by its kind and length, so no two items
/// collide by moving bytes from one field to the next.
/// </summary>
public static class ContentDigest
{
    /// <returns>Lower-case hexadecimal, 64 characters.</returns>
    public static string Of(Content content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, 'a', content.AuthorId);
        AppendText(hash, 's', content.Surface);
        AppendText(hash, 'u', content.Url);
        foreach (var part in content.Parts)
        {
            switch (part)
            {
                case TextPart text:
                    AppendText(hash, 't', text.Text);
                    break;
                case ImagePart image:
                    AppendText(hash, 'm', image.Mime);
                    Append(hash, 'i', image.Bytes.Span);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown part {part.GetType().Name}. This is a bug.");
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendText(IncrementalHash hash, char kind, string text) => Append(hash, kind, Encoding.UTF8.GetBytes(text));

    private static void Append(IncrementalHash hash, char kind, ReadOnlySpan<byte> bytes)
    {
        Span<byte> prefix = stackalloc byte[5];
        prefix[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], bytes.Length);
        hash.AppendData(prefix);
        hash.AppendData(bytes);
    }
}
