using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vigil.Rank.Features;

namespace Vigil.Rank.Model;

/// <summary>
/// The weights of the heads. Columns 0 to Outputs − 1 of a bucket's row belong to the wording heads, the next Outputs to the joint
/// heads; a row of the encoder's table holds the meaning heads first and the joint heads after. One row is one cache line.
/// </summary>
public sealed class HeadTables
{
    private const int Block = 8;

    public HeadTables(int outputs, int dimension)
    {
        Outputs = outputs;
        Dimension = dimension;
        Stride = (2 * outputs + Block - 1) / Block * Block;
        Wording = new float[NgramHasher.BucketCount * Stride];
        Meaning = new float[dimension * Stride];
        Bias = new float[3 * outputs];
    }

    public int Outputs { get; }

    public int Dimension { get; }

    /// <summary>Floats a row, padded to whole vectors.</summary>
    public int Stride { get; }

    /// <summary>Buckets × Stride.</summary>
    public float[] Wording { get; }

    /// <summary>Dimension × Stride.</summary>
    public float[] Meaning { get; }

    /// <summary>Wording, meaning, joint: each of every output.</summary>
    public float[] Bias { get; }

    /// <summary>Of every distinct bucket of a text: rows of long and short texts have length 1.</summary>
    public static float Scale(int buckets) => buckets == 0 ? 0 : 1 / MathF.Sqrt(buckets);

    /// <param name="heads">3 × Outputs log-odds: wording, meaning, joint.</param>
    public void Score(ReadOnlySpan<int> buckets, ReadOnlySpan<float> vector, Span<float> heads)
    {
        Span<float> wording = stackalloc float[Stride];
        Span<float> meaning = stackalloc float[Stride];
        SumRows(buckets, wording);
        TensorPrimitives.Multiply(wording, Scale(buckets.Length), wording);
        WeightRows(vector, meaning);
        for (var i = 0; i < Outputs; i++)
        {
            heads[i] = Bias[i] + wording[i];
            heads[Outputs + i] = Bias[Outputs + i] + meaning[i];
            heads[(2 * Outputs) + i] = Bias[(2 * Outputs) + i] + wording[Outputs + i] + meaning[Outputs + i];
        }
    }

    private void SumRows(ReadOnlySpan<int> buckets, Span<float> sums)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(Wording);
        for (var block = 0; block < Stride; block += Block)
        {
            var sum = Vector256<float>.Zero;
            foreach (var bucket in buckets)
            {
                sum += Vector256.LoadUnsafe(ref table, (nuint)((bucket * Stride) + block));
            }

            sum.CopyTo(sums[block..]);
        }
    }

    private void WeightRows(ReadOnlySpan<float> vector, Span<float> sums)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(Meaning);
        for (var block = 0; block < Stride; block += Block)
        {
            var sum = Vector256<float>.Zero;
            for (var i = 0; i < vector.Length; i++)
            {
                sum += Vector256.LoadUnsafe(ref table, (nuint)((i * Stride) + block)) * vector[i];
            }

            sum.CopyTo(sums[block..]);
        }
    }

    /// <summary>Wording as 16-bit floats, then meaning and bias as 32-bit, little-endian.</summary>
    public void Write(Stream stream)
    {
        var halves = new Half[Wording.Length];
        TensorPrimitives.ConvertToHalf(Wording, halves);
        stream.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
        stream.Write(MemoryMarshal.AsBytes(Meaning.AsSpan()));
        stream.Write(MemoryMarshal.AsBytes(Bias.AsSpan()));
    }

    /// <exception cref="InvalidDataException">The length is not that of these tables.</exception>
    public static HeadTables Read(ReadOnlySpan<byte> bytes, int outputs, int dimension)
    {
        var tables = new HeadTables(outputs, dimension);
        var wording = tables.Wording.Length * 2;
        var meaning = tables.Meaning.Length * sizeof(float);
        if (bytes.Length != wording + meaning + (tables.Bias.Length * sizeof(float)))
        {
            throw new InvalidDataException($"heads: {bytes.Length} bytes do not fit {outputs} outputs and dimension {dimension}");
        }

        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes[..wording]), tables.Wording);
        MemoryMarshal.Cast<byte, float>(bytes.Slice(wording, meaning)).CopyTo(tables.Meaning);
        MemoryMarshal.Cast<byte, float>(bytes[(wording + meaning)..]).CopyTo(tables.Bias);
        return tables;
    }
}
