using System.Buffers;

namespace Vigil.Contracts;

/// <summary>Count × Dimension unit vectors, row-major, in one pooled buffer that <see cref="Dispose"/> gives back.</summary>
public sealed class EmbeddingBatch : IDisposable
{
    private float[]? _values;

    private EmbeddingBatch(int count, int dimension)
    {
        Count = count;
        Dimension = dimension;
        _values = ArrayPool<float>.Shared.Rent(Math.Max(1, count * dimension));
    }

    public int Count { get; }

    public int Dimension { get; }

    /// <summary>All rows, Count × Dimension, row-major.</summary>
    public Span<float> Values => Buffer.AsSpan(0, Count * Dimension);

    /// <summary>The same rows as memory, for native calls that outlive a span.</summary>
    public Memory<float> Memory => Buffer.AsMemory(0, Count * Dimension);

    private float[] Buffer => _values ?? throw new ObjectDisposedException(nameof(EmbeddingBatch));

    public static EmbeddingBatch Rent(int count, int dimension) => new(count, dimension);

    public Span<float> Row(int index) => Values.Slice(index * Dimension, Dimension);

    public void Dispose()
    {
        var values = Interlocked.Exchange(ref _values, null);
        if (values is not null)
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }
}
