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
    private const int Line = 2 * Block;

    public HeadTables(int outputs, int dimension)
    {
        Outputs = outputs;
        Dimension = dimension;
        Stride = Padded(2 * outputs, Line);
        Wording = new float[NgramHasher.BucketCount * Stride];
        Meaning = new float[dimension * Stride];
        Bias = new float[3 * outputs];
        CarriedStride = Padded(outputs - 1, Block);
        Carried = new float[dimension * CarriedStride];
        CarriedBias = new float[outputs - 1];
    }

    public int Outputs { get; }

    public int Dimension { get; }

    /// <summary>Floats a row, padded to whole cache lines.</summary>
    public int Stride { get; }

    /// <summary>Buckets × Stride.</summary>
    public float[] Wording { get; }

    /// <summary>Dimension × Stride.</summary>
    public float[] Meaning { get; }

    /// <summary>Wording, meaning, joint: each of every output.</summary>
    public float[] Bias { get; }

    public int CarriedStride { get; }

    /// <summary>Dimension × CarriedStride: of every policy what its meaning carries over to new sources.</summary>
    public float[] Carried { get; }

    public float[] CarriedBias { get; }

    /// <summary>Of every distinct bucket of a text: rows of long and short texts have length 1.</summary>
    public static float Scale(int buckets) => buckets == 0 ? 0 : 1 / MathF.Sqrt(buckets);

    /// <param name="heads">3 × Outputs log-odds: wording, meaning, joint.</param>
    public void Score(ReadOnlySpan<int> buckets, ReadOnlySpan<float> vector, Span<float> heads)
    {
        Span<float> wording = stackalloc float[Stride];
        Span<float> meaning = stackalloc float[Stride];
        SumRows(buckets, wording);
        TensorPrimitives.Multiply(wording, Scale(buckets.Length), wording);
        WeightRows(Meaning, vector, meaning);
        for (var i = 0; i < Outputs; i++)
        {
            heads[i] = Bias[i] + wording[i];
            heads[Outputs + i] = Bias[Outputs + i] + meaning[i];
            heads[(2 * Outputs) + i] = Bias[(2 * Outputs) + i] + wording[Outputs + i] + meaning[Outputs + i];
        }
    }

    /// <param name="policies">Log-odds of each policy by its meaning, whatever the source.</param>
    public void Carry(ReadOnlySpan<float> vector, Span<float> policies)
    {
        Span<float> sums = stackalloc float[CarriedStride];
        WeightRows(Carried, vector, sums);
        TensorPrimitives.Add(sums[..CarriedBias.Length], CarriedBias, policies);
    }

    /// <summary>A whole line at a time: each is fetched from memory once.</summary>
    private void SumRows(ReadOnlySpan<int> buckets, Span<float> sums)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(Wording);
        for (var block = 0; block < Stride; block += Line)
        {
            var (first, second) = (Vector256<float>.Zero, Vector256<float>.Zero);
            foreach (var bucket in buckets)
            {
                var at = (nuint)((bucket * Stride) + block);
                first += Vector256.LoadUnsafe(ref table, at);
                second += Vector256.LoadUnsafe(ref table, at + Block);
            }

            first.CopyTo(sums[block..]);
            second.CopyTo(sums[(block + Block)..]);
        }
    }

    /// <summary>The rows of a table, each times its number of the vector, as many columns as there are sums.</summary>
    private static void WeightRows(float[] weights, ReadOnlySpan<float> vector, Span<float> sums)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(weights);
        var stride = sums.Length;
        for (var block = 0; block < stride; block += Block)
        {
            // Two sums, so that an addition need not wait for the one before.
            var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
            for (var i = 0; i < vector.Length - 1; i += 2)
            {
                even += Vector256.LoadUnsafe(ref table, (nuint)((i * stride) + block)) * vector[i];
                odd += Vector256.LoadUnsafe(ref table, (nuint)(((i + 1) * stride) + block)) * vector[i + 1];
            }

            if (vector.Length % 2 == 1)
            {
                even += Vector256.LoadUnsafe(ref table, (nuint)(((vector.Length - 1) * stride) + block)) * vector[^1];
            }

            (even + odd).CopyTo(sums[block..]);
        }
    }

    /// <summary>Wording as 16-bit floats, then the others as 32-bit, little-endian.</summary>
    public void Write(Stream stream)
    {
        var halves = new Half[Wording.Length];
        TensorPrimitives.ConvertToHalf(Wording, halves);
        stream.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
        foreach (var part in Singles())
        {
            stream.Write(MemoryMarshal.AsBytes(part.AsSpan()));
        }
    }

    /// <exception cref="InvalidDataException">The length is not that of these tables.</exception>
    public static HeadTables Read(ReadOnlySpan<byte> bytes, int outputs, int dimension)
    {
        if (bytes.Length != BytesOf(outputs, dimension))
        {
            throw new InvalidDataException($"heads: {bytes.Length} bytes do not fit {outputs} outputs and dimension {dimension}");
        }

        var tables = new HeadTables(outputs, dimension);
        var at = tables.Wording.Length * 2;
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes[..at]), tables.Wording);
        foreach (var part in tables.Singles())
        {
            MemoryMarshal.Cast<byte, float>(bytes.Slice(at, part.Length * sizeof(float))).CopyTo(part);
            at += part.Length * sizeof(float);
        }

        return tables;
    }

    /// <summary>What a file must have before tables of its claimed size are made.</summary>
    private static long BytesOf(int outputs, int dimension)
    {
        long stride = Padded(2 * outputs, Line);
        var singles = (dimension * stride) + (3 * outputs) + (dimension * (long)Padded(outputs - 1, Block)) + outputs - 1;
        return (NgramHasher.BucketCount * stride * 2) + (singles * sizeof(float));
    }

    private static int Padded(int count, int to) => (count + to - 1) / to * to;

    private float[][] Singles() => [Meaning, Bias, Carried, CarriedBias];
}
