using Vigil.Recall.Native;

namespace Vigil.Recall;

/// <summary>FAISS's exact index. Its vectors lie in native memory, freed by <see cref="Dispose"/> after the last search.</summary>
public sealed unsafe class FaissIndex : IVectorIndex
{
    private readonly FaissIndexHandle _handle;
    private readonly float* _rows;
    private long _bytes;

    private FaissIndex(FaissIndexHandle handle, float* rows, int dimension, int count)
    {
        _handle = handle;
        _rows = rows;
        Dimension = dimension;
        Count = count;
        _bytes = (long)count * dimension * sizeof(float);
        if (_bytes > 0)
        {
            // The collector sees a small object; without this it would let large forgotten ones pile up.
            GC.AddMemoryPressure(_bytes);
        }
    }

    ~FaissIndex() => ReleasePressure();

    public int Dimension { get; }

    public int Count { get; }

    /// <summary>Builds an index of <paramref name="count"/> rows, each written once by <paramref name="write"/>.</summary>
    /// <exception cref="ArgumentException">A row is not a unit vector.</exception>
    /// <exception cref="FaissException">FAISS refused, or memory ran out.</exception>
    /// <exception cref="DllNotFoundException">The native library does not load.</exception>
    public static FaissIndex Create(int dimension, int count, RowWriter write)
    {
        if (FaissNative.LoadFailure is { } failure)
        {
            throw new DllNotFoundException(failure);
        }

        FaissNative.Check(FaissNative.Create(dimension, count, out var handle, out var rows));
        try
        {
            var length = (long)count * dimension;
            if (length > int.MaxValue)
            {
                throw new ArgumentException($"{count} rows of {dimension} are more than one index holds.", nameof(count));
            }

            UnitVectors.Fill(new Span<float>((void*)rows, (int)length), dimension, write);
            return new FaissIndex(handle, (float*)rows, dimension, count);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Search(ReadOnlySpan<float> queries, int k, Span<float> similarities, Span<long> rows)
    {
        var count = UnitVectors.CheckSearch(Dimension, queries, k, similarities.Length, rows.Length);
        FaissNative.Check(FaissNative.Search(_handle, count, queries, k, similarities, rows));
        if (Count < k)
        {
            ClearMissing(similarities, rows);
        }
    }

    public ReadOnlySpan<float> Row(int row)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return new(_rows + ((long)row * Dimension), Dimension);
    }

    public void Dispose()
    {
        _handle.Dispose();
        ReleasePressure();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory of disposed indexes back to the system.</summary>
    internal static void Trim() => FaissNative.Trim();

    // FAISS marks a missing place by its label and leaves the lowest float beside it.
    private static void ClearMissing(Span<float> similarities, ReadOnlySpan<long> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0)
            {
                similarities[i] = 0;
            }
        }
    }

    private void ReleasePressure()
    {
        var bytes = Interlocked.Exchange(ref _bytes, 0);
        if (bytes > 0)
        {
            GC.RemoveMemoryPressure(bytes);
        }
    }
}
