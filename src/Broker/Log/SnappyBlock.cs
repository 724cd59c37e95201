namespace Vigil.Broker.Log;

/// <summary>Decodes a snappy block: its length, then literals and copies of what is already there.</summary>
internal static class SnappyBlock
{
    /// <summary>The most that a byte of a block can stand for: a copy of 64 takes three.</summary>
    private const int MostPerByte = 22;

    /// <exception cref="InvalidDataException">The block is damaged or larger than allowed.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> block, int maxBytes)
    {
        var length = Length(ref block, maxBytes);
        Need(length <= (long)block.Length * MostPerByte);
        var output = new byte[length];
        var written = 0;
        while (!block.IsEmpty)
        {
            var tag = block[0];
            block = block[1..];
            if ((tag & 3) == 0)
            {
                var literal = LiteralLength(tag >> 2, ref block);
                Need(literal <= block.Length && literal <= output.Length - written);
                block[..literal].CopyTo(output.AsSpan(written));
                block = block[literal..];
                written += literal;
            }
            else
            {
                var (count, distance) = Copy(tag, ref block);
                Need(distance > 0 && distance <= written && count <= output.Length - written);
                for (var i = 0; i < count; i++, written++)
                {
                    output[written] = output[written - distance];
                }
            }
        }

        Need(written == output.Length);
        return output;
    }

    private static int Length(ref ReadOnlySpan<byte> block, int maxBytes)
    {
        long length = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var b = (byte)LittleEndian(ref block, 1);
            length |= (long)(b & 0x7f) << shift;
            if ((b & 0x80) == 0)
            {
                Need(length <= maxBytes);
                return (int)length;
            }
        }

        throw new InvalidDataException("A snappy length that does not end.");
    }

    private static int LiteralLength(int code, ref ReadOnlySpan<byte> block)
    {
        if (code < 60)
        {
            return code + 1;
        }

        var length = LittleEndian(ref block, code - 59) + 1;
        Need(length <= int.MaxValue);
        return (int)length;
    }

    private static (int Length, int Distance) Copy(byte tag, ref ReadOnlySpan<byte> block) => (tag & 3) switch
    {
        1 => (4 + ((tag >> 2) & 7), ((tag >> 5) << 8) | (int)LittleEndian(ref block, 1)),
        2 => (1 + (tag >> 2), (int)LittleEndian(ref block, 2)),
        _ => (1 + (tag >> 2), (int)Math.Min(LittleEndian(ref block, 4), int.MaxValue)),
    };

    private static long LittleEndian(ref ReadOnlySpan<byte> block, int bytes)
    {
        Need(bytes <= block.Length);
        long value = 0;
        for (var i = 0; i < bytes; i++)
        {
            value |= (long)block[i] << (8 * i);
        }

        block = block[bytes..];
        return value;
    }

    private static void Need(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("A damaged snappy block.");
        }
    }
}
