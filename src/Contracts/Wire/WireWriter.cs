using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Vigil.Contracts.Wire;

/// <summary>
/// Protobuf's wire format, written straight into a block that is kept for the next message: what a generated message writes,
/// without the objects that would hold it first. Defaults are left out, as proto3 has it. For one thread.
/// </summary>
public sealed class WireWriter
{
    private const int Varints = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int LongestVarint = 10;
    private const int SevenBits = 0x7F;

    private byte[] _block = new byte[4096];
    private int _length;

    /// <summary>Begins a new message.</summary>
    public void Clear() => _length = 0;

    /// <summary>The message so far; valid until more is written.</summary>
    public ReadOnlySpan<byte> Written => _block.AsSpan(0, _length);

    public void Number(int field, long value)
    {
        if (value != 0)
        {
            Tag(field, Varints);
            Varint((ulong)value);
        }
    }

    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    public void Real(int field, double value)
    {
        if (value != 0)
        {
            Tag(field, Fixed64);
            BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
            _length += sizeof(double);
        }
    }

    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            Element(field, value);
        }
    }

    /// <summary>A text of a repeated field, which stands there also when it is empty.</summary>
    public void Element(int field, string value)
    {
        Tag(field, Delimited);
        var bytes = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)bytes);
        _length += Encoding.UTF8.GetBytes(value, Room(bytes));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (value.Length > 0)
        {
            Tag(field, Delimited);
            Varint((ulong)value.Length);
            value.CopyTo(Room(value.Length));
            _length += value.Length;
        }
    }

    /// <summary>Begins a message within, also an empty one.</summary>
    /// <returns>For <see cref="End"/>.</returns>
    public int Begin(int field)
    {
        Tag(field, Delimited);
        // Most are short, and then one byte holds their length.
        _ = Room(1);
        return ++_length;
    }

    public void End(int start)
    {
        var length = _length - start;
        var more = VarintSize((ulong)length) - 1;
        if (more > 0)
        {
            _ = Room(more);
            _block.AsSpan(start, length).CopyTo(_block.AsSpan(start + more));
        }

        _length = start - 1;
        Varint((ulong)length);
        _length += length;
    }

    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

    private void Varint(ulong value)
    {
        var room = Room(LongestVarint);
        var written = 0;
        while (value > SevenBits)
        {
            room[written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[written++] = (byte)value;
        _length += written;
    }

    private static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private Span<byte> Room(int bytes)
    {
        if (_block.Length - _length < bytes)
        {
            Array.Resize(ref _block, Math.Max(2 * _block.Length, _length + bytes));
        }

        return _block.AsSpan(_length);
    }
}
