using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Vigil.Review.Projection;

/// <summary>
/// Shortens small messages by what they share with a dictionary and with themselves: runs of literals and copies, no more.
/// A thousand bytes take microseconds, where deflate spends most of its time on setting up.
/// Form: the length as 4 bytes, then sequences of a token (literals in the high four bits, copied bytes beyond four in the
/// low ones; 15: bytes follow that add to it), the literals, and the source of the copy in 2 bytes: a place in the dictionary
/// or, beyond its length, a distance back. The last sequence has literals only.
/// </summary>
internal sealed class DictionaryCoder
{
    private const int ShortestCopy = 4;
    private const int HashBits = 12;
    private const int MostBytes = 16 * 1024 * 1024;
    private const int LengthBytes = sizeof(int);

    private readonly byte[] _dictionary;
    private readonly ushort[] _places = new ushort[1 << HashBits];
    private readonly int _longestDistance;

    /// <param name="dictionary">Up to 32 KiB; of what comes up twice the later place is used.</param>
    public DictionaryCoder(byte[] dictionary)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dictionary.Length, 32 * 1024);
        _dictionary = dictionary;
        _longestDistance = ushort.MaxValue - dictionary.Length;
        for (var i = 0; i + ShortestCopy <= dictionary.Length; i++)
        {
            _places[Hash(dictionary.AsSpan(i))] = (ushort)(i + 1);
        }
    }

    public byte[] Shorten(ReadOnlySpan<byte> message)
    {
        // The worst case is all literals: one more byte for every 255.
        var output = ArrayPool<byte>.Shared.Rent(LengthBytes + message.Length + (message.Length / 255) + 16);
        BinaryPrimitives.WriteInt32LittleEndian(output, message.Length);
        var written = LengthBytes;
        Span<int> seen = stackalloc int[1 << HashBits];
        seen.Clear();
        var literals = 0;
        var at = 0;
        while (at + ShortestCopy <= message.Length)
        {
            var hash = Hash(message[at..]);
            var (source, length) = Longest(message, at, seen[hash] - 1, _places[hash] - 1);
            seen[hash] = at + 1;
            if (length < ShortestCopy)
            {
                at++;
                continue;
            }

            written = Write(output, written, message[literals..at], length);
            BinaryPrimitives.WriteUInt16LittleEndian(output.AsSpan(written), source);
            written += sizeof(ushort);
            at += length;
            literals = at;
        }

        written = Write(output, written, message[literals..], 0);
        var result = output.AsSpan(0, written).ToArray();
        ArrayPool<byte>.Shared.Return(output);
        return result;
    }

    /// <exception cref="InvalidDataException">It was not made by <see cref="Shorten"/> with this dictionary.</exception>
    public byte[] Restore(ReadOnlySpan<byte> shortened)
    {
        var length = shortened.Length < LengthBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(shortened);
        Require(length is >= 0 and <= MostBytes);
        var message = new byte[length];
        var at = 0;
        var input = shortened[LengthBytes..];
        while (input.Length > 0)
        {
            var token = input[0];
            input = input[1..];
            var literals = ReadLength(ref input, token >> 4);
            Require(literals <= input.Length && literals <= message.Length - at);
            input[..literals].CopyTo(message.AsSpan(at));
            input = input[literals..];
            at += literals;
            if (input.Length == 0)
            {
                break;
            }

            var copied = CopyLength(ref input, token, out var source);
            Require(copied <= message.Length - at);
            Copy(message, at, source, copied);
            at += copied;
        }

        Require(at == message.Length);
        return message;
    }

    private (ushort Source, int Length) Longest(ReadOnlySpan<byte> message, int at, int before, int inDictionary)
    {
        var rest = message[at..];
        var own = before >= 0 && at - before <= _longestDistance ? rest.CommonPrefixLength(message[before..]) : 0;
        var shared = inDictionary >= 0 ? rest.CommonPrefixLength(_dictionary.AsSpan(inDictionary)) : 0;
        return own > shared ? ((ushort)(_dictionary.Length + at - before), own) : ((ushort)Math.Max(inDictionary, 0), shared);
    }

    private void Copy(byte[] message, int at, int source, int length)
    {
        if (source < _dictionary.Length)
        {
            Require(length <= _dictionary.Length - source);
            _dictionary.AsSpan(source, length).CopyTo(message.AsSpan(at));
            return;
        }

        var from = at - (source - _dictionary.Length);
        Require(from >= 0 && from < at);
        // Byte by byte: a copy may run into what it writes.
        for (var i = 0; i < length; i++)
        {
            message[at + i] = message[from + i];
        }
    }

    private static int Write(byte[] output, int written, ReadOnlySpan<byte> literals, int copied)
    {
        var beyond = Math.Max(0, copied - ShortestCopy);
        output[written++] = (byte)((Math.Min(literals.Length, 15) << 4) | Math.Min(beyond, 15));
        written = WriteRest(output, written, literals.Length);
        literals.CopyTo(output.AsSpan(written));
        written += literals.Length;
        return copied == 0 ? written : WriteRest(output, written, beyond);
    }

    private static int WriteRest(byte[] output, int written, int length)
    {
        for (var rest = length - 15; rest >= 0; rest -= 255)
        {
            output[written++] = (byte)Math.Min(rest, 255);
            if (rest < 255)
            {
                break;
            }
        }

        return written;
    }

    private static int CopyLength(ref ReadOnlySpan<byte> input, byte token, out int source)
    {
        var length = ShortestCopy + ReadLength(ref input, token & 15);
        Require(input.Length >= sizeof(ushort));
        source = BinaryPrimitives.ReadUInt16LittleEndian(input);
        input = input[sizeof(ushort)..];
        return length;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> input, int length)
    {
        if (length < 15)
        {
            return length;
        }

        byte more;
        do
        {
            Require(input.Length > 0 && length <= MostBytes);
            more = input[0];
            input = input[1..];
            length += more;
        }
        while (more == 255);
        return length;
    }

    private static int Hash(ReadOnlySpan<byte> bytes) => (int)(BitOperations.RotateLeft(BinaryPrimitives.ReadUInt32LittleEndian(bytes) * 2654435761u, HashBits) & ((1 << HashBits) - 1));

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("The packed item cannot be read. This is a bug.");
        }
    }
}
