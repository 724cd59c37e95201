namespace Vigil.Recall.Tests;

/// <summary>Invented unit vectors, and the search over them written out in double.</summary>
internal static class Vectors
{
    public static float[] Random(Random random, int dimension)
    {
        var vector = new float[dimension];
        for (var i = 0; i < dimension; i++)
        {
            vector[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        }

        UnitVectors.TryNormalise(vector);
        return vector;
    }

    public static float[][] Random(Random random, int count, int dimension) =>
        [.. Enumerable.Range(0, count).Select(_ => Random(random, dimension))];

    /// <summary>A unit vector with the given inner product with <paramref name="vector"/>.</summary>
    public static float[] Near(Random random, float[] vector, double similarity)
    {
        var other = Random(random, vector.Length);
        var dot = Dot(vector, other);
        for (var i = 0; i < other.Length; i++)
        {
            other[i] -= (float)(dot * vector[i]);
        }

        UnitVectors.TryNormalise(other);
        var across = Math.Sqrt(1 - (similarity * similarity));
        return [.. vector.Select((value, i) => (float)((similarity * value) + (across * other[i])))];
    }

    public static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    public static float[] Flatten(IEnumerable<float[]> vectors) => [.. vectors.SelectMany(vector => vector)];

    public static RowWriter Rows(float[][] vectors) => (row, target) => vectors[row].CopyTo(target);
}
