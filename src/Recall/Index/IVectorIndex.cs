namespace Vigil.Recall;

/// <summary>
/// Read side of an exact inner-product index over unit vectors. Immutable once built, safe for searches from several
/// threads. Implementations: <see cref="FaissIndex"/>, <see cref="ExactIndex"/>.
/// </summary>
public interface IVectorIndex : IDisposable
{
    int Dimension { get; }

    int Count { get; }

    /// <summary>The k rows nearest to each query, most similar first.</summary>
    /// <param name="queries">n × Dimension, row-major; unit vectors, or all zero for a text without a known word.</param>
    /// <param name="similarities">n × k inner products; 0 where there is no row.</param>
    /// <param name="rows">n × k row numbers; -1 where there are fewer rows than k.</param>
    /// <exception cref="ArgumentException">A query is not finite or not of unit length, or a length does not fit.</exception>
    void Search(ReadOnlySpan<float> queries, int k, Span<float> similarities, Span<long> rows);

    /// <summary>One vector as it was written; valid until the index is disposed.</summary>
    ReadOnlySpan<float> Row(int row);
}

/// <summary>Writes vector <paramref name="row"/> into the index being built.</summary>
public delegate void RowWriter(int row, Span<float> target);
