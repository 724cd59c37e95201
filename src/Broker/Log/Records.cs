namespace Vigil.Broker.Log;

/// <summary>One record inside an uncompressed batch; <see cref="Raw"/> is the record with its length prefix.</summary>
internal readonly ref struct Record(ReadOnlySpan<byte> raw, long timestampDelta, int offsetDelta, bool hasKey, ReadOnlySpan<byte> key, bool hasValue)
{
    public ReadOnlySpan<byte> Raw { get; } = raw;

    public long TimestampDelta { get; } = timestampDelta;

    public int OffsetDelta { get; } = offsetDelta;

    public bool HasKey { get; } = hasKey;

    public ReadOnlySpan<byte> Key { get; } = key;

    public bool HasValue { get; } = hasValue;
}

/// <summary>Walks the records of an uncompressed batch, never past its end.</summary>
internal ref struct Records(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether the bytes are exactly <paramref name="count"/> well-formed records with offset deltas 0, 1, 2, …</summary>
    public static bool AreSound(ReadOnlySpan<byte> bytes, int count)
    {
        var records = new Records(bytes);
        for (var i = 0; i < count; i++)
        {
            if (!records.TryNext(out var record) || record.OffsetDelta != i)
            {
                return false;
            }
        }

        return records._rest.IsEmpty;
    }

    public static bool AllHaveKeys(ReadOnlySpan<byte> bytes)
    {
        var records = new Records(bytes);
        while (records.TryNext(out var record))
        {
            if (!record.HasKey)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False at the end, or where the bytes stop being a record.</summary>
    public bool TryNext(out Record record)
    {
        record = default;
        var rest = _rest;
        if (!TryVarint(ref rest, out var length) || length <= 0 || length > rest.Length)
        {
            return false;
        }

        var raw = _rest[..(_rest.Length - rest.Length + (int)length)];
        var body = rest[1..(int)length]; // after the attributes byte
        if (!TryVarint(ref body, out var timestampDelta)
            || !TryVarint(ref body, out var offsetDelta)
            || !TryField(ref body, out var key, out var hasKey)
            || !TryField(ref body, out _, out var hasValue)
            || !TryHeaders(ref body)
            || !body.IsEmpty
            || offsetDelta is < 0 or > int.MaxValue)
        {
            return false;
        }

        record = new Record(raw, timestampDelta, (int)offsetDelta, hasKey, key, hasValue);
        _rest = rest[(int)length..];
        return true;
    }

    private static bool TryHeaders(scoped ref ReadOnlySpan<byte> bytes)
    {
        if (!TryVarint(ref bytes, out var count) || count < 0 || count > bytes.Length)
        {
            return false;
        }

        for (; count > 0; count--)
        {
            if (!TryField(ref bytes, out _, out var hasName) || !hasName || !TryField(ref bytes, out _, out _))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryField(scoped ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> field, out bool present)
    {
        field = default;
        present = false;
        if (!TryVarint(ref bytes, out var length) || length < -1 || length > bytes.Length)
        {
            return false;
        }

        if (length >= 0)
        {
            present = true;
            field = bytes[..(int)length];
            bytes = bytes[(int)length..];
        }

        return true;
    }

    /// <summary>A zigzag varint of at most ten bytes.</summary>
    private static bool TryVarint(scoped ref ReadOnlySpan<byte> bytes, out long value)
    {
        ulong raw = 0;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            raw |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if ((bytes[i] & 0x80) == 0)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        value = 0;
        return false;
    }
}
