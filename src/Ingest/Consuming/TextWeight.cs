namespace Vigil.Ingest;

/// <summary>
/// How much of a record may be text, which is what a batch's time goes by: a long text costs a thousand times a short one,
/// an image costs its hashes. Told from the record's frame alone, before it is decoded.
/// </summary>
internal static class TextWeight
{
    // Field numbers of schemas/content.proto with the wire type "length-delimited".
    private const ulong PartsTag = (9 << 3) | LengthDelimited;
    private const ulong ImageTag = (2 << 3) | LengthDelimited;
    private const int LengthDelimited = 2;

    /// <summary>Bytes of the value less the images of a protobuf record; anything else weighs all it has.</summary>
    public static long Of(ReadOnlySpan<byte> value)
    {
        var images = 0L;
        for (var rest = value; rest.Length > 0;)
        {
            if (!TryVarint(ref rest, out var tag) || !TrySkip(ref rest, tag, out var content))
            {
                return value.Length;
            }

            if (tag == PartsTag && TryVarint(ref content, out var kind) && kind == ImageTag)
            {
                images += content.Length;
            }
        }

        return value.Length - images;
    }

    /// <summary>Takes one field off the front.</summary>
    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ulong tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        ulong length;
        switch (tag & 7)
        {
            case 0:
                return TryVarint(ref rest, out _);
            case 1:
                length = sizeof(ulong);
                break;
            case LengthDelimited:
                if (!TryVarint(ref rest, out length))
                {
                    return false;
                }

                break;
            case 5:
                length = sizeof(uint);
                break;
            default:
                return false;
        }

        if (length > (ulong)rest.Length)
        {
            return false;
        }

        content = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static bool TryVarint(scoped ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(rest.Length, 10); i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
