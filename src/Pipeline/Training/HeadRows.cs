using Vigil.Rank.Features;

namespace Vigil.Pipeline.Training;

/// <summary>Rows as the heads see them: distinct n-gram buckets and the encoder's vector of the first window.</summary>
internal sealed class HeadRows
{
    private readonly int[] _buckets;
    private readonly long[] _starts;
    private readonly float[] _vectors;

    /// <param name="texts">First window of each row.</param>
    /// <param name="vectors">Rows × dimension; empty: wording alone.</param>
    public HeadRows(IReadOnlyList<string> texts, float[] vectors, int dimension)
    {
        _vectors = vectors;
        Dimension = dimension;
        var hasher = new NgramHasher();
        var buckets = new List<int>(texts.Count * 400);
        _starts = new long[texts.Count + 1];
        for (var i = 0; i < texts.Count; i++)
        {
            buckets.AddRange(hasher.Buckets(texts[i]));
            _starts[i + 1] = buckets.Count;
        }

        _buckets = [.. buckets];
    }

    public int Count => _starts.Length - 1;

    public int Dimension { get; }

    /// <summary>Count × Dimension, or empty.</summary>
    public float[] Vectors => _vectors;

    public ReadOnlySpan<int> Buckets(int row) => _buckets.AsSpan((int)_starts[row], (int)(_starts[row + 1] - _starts[row]));

    public ReadOnlySpan<float> Vector(int row) => _vectors.Length == 0 ? [] : _vectors.AsSpan(row * Dimension, Dimension);
}
