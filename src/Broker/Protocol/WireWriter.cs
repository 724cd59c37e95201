using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Vigil.Broker.Protocol;

/// <summary>Writes one reply frame, length prefix included, into a pooled buffer.</summary>
internal sealed class WireWriter : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length = 4;

    /// <summary>Compact strings and arrays, tagged fields.</summary>
    public bool Flexible { get; set; }

    /// <summary>The frame so far; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Frame
    {
        get
        {
            BinaryPrimitives.WriteInt32BigEndian(_buffer, _length - 4);
            return _buffer.AsMemory(0, _length);
        }
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    public void Uuid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    public void Error(ErrorCode error) => Int16((short)error);

    /// <summary>This broker never throttles; the field is in most replies all the same.</summary>
    public void NoThrottle() => Int32(0);

    public void String(string? value)
    {
        if (value is null)
        {
            if (Flexible)
            {
                UnsignedVarint(0);
            }
            else
            {
                Int16(-1);
            }

            return;
        }

        var count = Encoding.UTF8.GetByteCount(value);
        if (Flexible)
        {
            UnsignedVarint((uint)count + 1);
        }
        else
        {
            Int16(checked((short)count));
        }

        Encoding.UTF8.GetBytes(value, Take(count));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        if (Flexible)
        {
            UnsignedVarint((uint)value.Length + 1);
        }
        else
        {
            Int32(value.Length);
        }

        value.CopyTo(Take(value.Length));
    }

    public void Array<T>(IReadOnlyCollection<T> values, Action<WireWriter, T> element)
    {
        Count(values.Count);
        foreach (var value in values)
        {
            element(this, value);
        }
    }

    public void NullArray()
    {
        if (Flexible)
        {
            UnsignedVarint(0);
        }
        else
        {
            Int32(-1);
        }
    }

    /// <summary>Ends a structure of a flexible version: no tagged fields.</summary>
    public void NoTags()
    {
        if (Flexible)
        {
            UnsignedVarint(0);
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Count(int count)
    {
        if (Flexible)
        {
            UnsignedVarint((uint)count + 1);
        }
        else
        {
            Int32(count);
        }
    }

    private void UnsignedVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
