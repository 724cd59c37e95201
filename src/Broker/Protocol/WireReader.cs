using System.Buffers.Binary;
using System.Text;

namespace Vigil.Broker.Protocol;

/// <summary>
/// Reads big-endian Kafka requests. Every read is checked against the frame's end, and no allocation is larger than the
/// bytes that are really there, so a frame can lie about its lengths without harm.
/// </summary>
internal sealed class WireReader(ReadOnlyMemory<byte> frame)
{
    private const int MaxElements = 100_000;

    /// <summary>Bytes of a string: half of what the old form of replies can carry, so that names made of one fit too.</summary>
    private const int MaxText = 16 << 10;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _position;

    /// <summary>Compact strings and arrays, tagged fields.</summary>
    public bool Flexible { get; set; }

    public int Remaining => frame.Length - _position;

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public Guid Uuid() => new(Take(16), bigEndian: true);

    public string String() => NullableString() ?? throw new MalformedFrameException("a string is null");

    public string? NullableString() => Text(Flexible ? CompactLength() : Int16());

    /// <summary>The client id of a request header keeps the old form in every version.</summary>
    public string? HeaderString() => Text(Int16());

    /// <summary>A view into the frame: valid while the frame is.</summary>
    public ReadOnlyMemory<byte>? NullableBytes()
    {
        var length = Flexible ? CompactLength() : Int32();
        return length < 0 ? null : Slice(length);
    }

    public ReadOnlyMemory<byte> Bytes() => NullableBytes() ?? throw new MalformedFrameException("a byte field is null");

    public List<T> Array<T>(Func<WireReader, T> element) => NullableArray(element) ?? throw new MalformedFrameException("an array is null");

    public List<T>? NullableArray<T>(Func<WireReader, T> element)
    {
        var count = Flexible ? CompactLength() : Int32();
        if (count < 0)
        {
            return null;
        }

        // Every element takes at least one byte.
        if (count > MaxElements || count > Remaining)
        {
            throw new MalformedFrameException($"an array of {count} elements, {Remaining} bytes left");
        }

        var list = new List<T>(Math.Min(count, 64));
        for (var i = 0; i < count; i++)
        {
            list.Add(element(this));
        }

        return list;
    }

    /// <summary>Skips the tagged fields that end a structure of a flexible version.</summary>
    public void SkipTags()
    {
        if (!Flexible)
        {
            return;
        }

        for (var left = UnsignedVarint(); left > 0; left--)
        {
            UnsignedVarint();
            Slice(Length(UnsignedVarint()));
        }
    }

    private int CompactLength() => Length(UnsignedVarint()) - 1;

    private static int Length(uint value) => value <= int.MaxValue ? (int)value : throw new MalformedFrameException("a length beyond 2 GiB");

    private uint UnsignedVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var b = Byte();
            value |= (uint)(b & 0x7f) << shift;
            if ((b & 0x80) == 0)
            {
                return value;
            }
        }

        throw new MalformedFrameException("a varint of more than five bytes");
    }

    private string? Text(int length)
    {
        if (length < 0)
        {
            return null;
        }

        if (length > MaxText)
        {
            throw new MalformedFrameException($"a string of {length} bytes");
        }

        try
        {
            return StrictUtf8.GetString(Slice(length).Span);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedFrameException("a string that is not UTF-8");
        }
    }

    private ReadOnlySpan<byte> Take(int count) => Slice(count).Span;

    private ReadOnlyMemory<byte> Slice(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw new MalformedFrameException($"{count} bytes wanted, {Remaining} left");
        }

        var slice = frame.Slice(_position, count);
        _position += count;
        return slice;
    }
}
