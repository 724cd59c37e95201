using System.Numerics.Tensors;

namespace Vigil.Recall;

/// <summary>The same search in managed code: takes over where the native library is missing, and is its reference in tests.</summary>
public sealed class ExactIndex : IVectorIndex
{
    private readonly float[] _rows;
    private bool _disposed;

    private ExactIndex(float[] rows, int dimension, int count)
    {
        _rows = rows;
        Dimension = dimension;
        Count = count;
    }

    public int Dimension { get; }

    public int Count { get; }

    /// <inheritdoc cref="FaissIndex.Create"/>
    public static ExactIndex Create(int dimension, int count, RowWriter write)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if ((long)count * dimension > Array.MaxLength)
        {
            throw new ArgumentException($"{count} rows of {dimension} are more than one index holds.", nameof(count));
        }

        var rows = GC.AllocateUninitializedArray<float>(count * dimension);
        UnitVectors.Fill(rows, dimension, write);
        return new ExactIndex(rows, dimension, count);
    }

    public void Search(ReadOnlySpan<float> queries, int k, Span<float> similarities, Span<long> rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = UnitVectors.CheckSearch(Dimension, queries, k, similarities.Length, rows.Length);
        rows.Fill(-1);
        similarities.Fill(float.NegativeInfinity);
        // Row by row over all queries: a row is read from memory once, the queries stay in the cache.
        for (var row = 0; row < Count; row++)
        {
            var vector = _rows.AsSpan(row * Dimension, Dimension);
            for (var query = 0; query < count; query++)
            {
                var similarity = TensorPrimitives.Dot(queries.Slice(query * Dimension, Dimension), vector);
                var best = similarities.Slice(query * k, k);
                if (similarity > best[^1])
                {
                    Insert(best, rows.Slice(query * k, k), similarity, row);
                }
            }
        }

        similarities.Replace(float.NegativeInfinity, 0);
    }

    public ReadOnlySpan<float> Row(int row)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _rows.AsSpan(row * Dimension, Dimension);
    }

    public void Dispose() => _disposed = true;

    private static void Insert(Span<float> similarities, Span<long> rows, float similarity, int row)
    {
        var at = similarities.Length - 1;
        for (; at > 0 && similarities[at - 1] < similarity; at--)
        {
            similarities[at] = similarities[at - 1];
            rows[at] = rows[at - 1];
        }

        similarities[at] = similarity;
        rows[at] = row;
    }
}
