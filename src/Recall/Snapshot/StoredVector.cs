using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Vigil.Contracts.Wire;

namespace Vigil.Recall;

/// <summary>A checked vector of an entry, kept as it was published: float32 or signed bytes.</summary>
internal sealed class StoredVector
{
    private readonly float[]? _values;
    private readonly ReadOnlyMemory<byte> _quantised;

    private StoredVector(float[]? values, ReadOnlyMemory<byte> quantised)
    {
        _values = values;
        _quantised = quantised;
    }

    /// <summary>Null where the vector has another dimension, no direction, or no unit length (float32 only).</summary>
    public static StoredVector? Read(EntryVector wire, int dimension)
    {
        if (wire.Values.Count > 0)
        {
            float[] values = [.. wire.Values];
            return values.Length == dimension && UnitVectors.IsUnit(values) ? new(values, default) : null;
        }

        // The scale only says how long the vector is, and only its direction counts; a senseless one shows a broken record.
        var sound = wire.Quantised.Length == dimension && float.IsFinite(wire.Scale) && wire.Scale > 0
            && wire.Quantised.Span.ContainsAnyExcept((byte)0);
        return sound ? new(null, wire.Quantised.Memory) : null;
    }

    /// <summary>Writes the unit vector.</summary>
    public void Write(Span<float> target)
    {
        if (_values is not null)
        {
            _values.CopyTo(target);
            return;
        }

        TensorPrimitives.ConvertTruncating<sbyte, float>(MemoryMarshal.Cast<byte, sbyte>(_quantised.Span), target);
        UnitVectors.TryNormalise(target);
    }
}
