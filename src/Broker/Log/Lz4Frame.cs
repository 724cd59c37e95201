using System.Buffers.Binary;

namespace Vigil.Broker.Log;

/// <summary>Decodes an LZ4 frame. Checksums are not looked at: the batch around it carries its own.</summary>
internal static class Lz4Frame
{
    private const uint Magic = 0x184D2204;
    private const int MinMatch = 4;

    /// <exception cref="InvalidDataException">The frame is damaged or larger than allowed.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> frame, int maxBytes)
    {
        Need(frame.Length >= 7 && BinaryPrimitives.ReadUInt32LittleEndian(frame) == Magic);
        var flags = frame[4];
        var (blockChecksum, contentSize, dictionary) = ((flags & 0x10) != 0, (flags & 0x08) != 0, (flags & 0x01) != 0);
        Need(!dictionary);
        frame = Skip(frame, 7 + (contentSize ? 8 : 0));
        var output = new Output(maxBytes);
        while (true)
        {
            Need(frame.Length >= 4);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(frame);
            frame = frame[4..];
            if (size == 0)
            {
                return output.ToArray();
            }

            var (stored, length) = ((size & 0x8000_0000) != 0, (int)(size & 0x7FFF_FFFF));
            Need(length <= frame.Length);
            if (stored)
            {
                output.Append(frame[..length]);
            }
            else
            {
                Block(frame[..length], output);
            }

            frame = Skip(frame, length + (blockChecksum ? 4 : 0));
        }
    }

    private static void Block(ReadOnlySpan<byte> block, Output output)
    {
        while (!block.IsEmpty)
        {
            var token = block[0];
            block = block[1..];
            var literals = Length(token >> 4, ref block);
            Need(literals <= block.Length);
            output.Append(block[..literals]);
            block = block[literals..];
            if (block.IsEmpty)
            {
                return; // the last sequence has literals only
            }

            Need(block.Length >= 2);
            var distance = BinaryPrimitives.ReadUInt16LittleEndian(block);
            block = block[2..];
            output.Repeat(distance, Length(token & 15, ref block) + MinMatch);
        }
    }

    private static int Length(int nibble, ref ReadOnlySpan<byte> block)
    {
        var length = nibble;
        for (var more = nibble == 15; more;)
        {
            Need(!block.IsEmpty && length < int.MaxValue - 512);
            length += block[0];
            more = block[0] == 255;
            block = block[1..];
        }

        return length;
    }

    private static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes, int count)
    {
        Need(count <= bytes.Length);
        return bytes[count..];
    }

    private static void Need(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("A damaged LZ4 frame.");
        }
    }

    private sealed class Output(int maxBytes)
    {
        private byte[] _bytes = new byte[4096];
        private int _length;

        public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

        public void Repeat(int distance, int count)
        {
            Need(distance > 0 && distance <= _length);
            var from = _length - distance;
            var target = Take(count);
            for (var i = 0; i < count; i++)
            {
                target[i] = _bytes[from + i];
            }
        }

        public byte[] ToArray() => _bytes[.._length];

        private Span<byte> Take(int count)
        {
            Need(count <= maxBytes - _length);
            if (_length + count > _bytes.Length)
            {
                Array.Resize(ref _bytes, (int)Math.Min(maxBytes, Math.Max(2L * _bytes.Length, _length + count)));
            }

            var span = _bytes.AsSpan(_length, count);
            _length += count;
            return span;
        }
    }
}
