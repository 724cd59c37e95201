using System.Numerics.Tensors;

namespace Vigil.Recall;

/// <summary>What every vector is checked for: without it, similarity is silently wrong.</summary>
internal static class UnitVectors
{
    /// <summary>How far a squared norm may be from 1: float32 rounding over some thousand dimensions, with room.</summary>
    private const float Tolerance = 2e-3f;

    /// <summary>Finite and of unit length. NaN fails the comparison, infinity overflows it.</summary>
    public static bool IsUnit(ReadOnlySpan<float> vector) =>
        MathF.Abs(TensorPrimitives.SumOfSquares(vector) - 1) <= Tolerance;

    /// <summary>Scales to unit length.</summary>
    /// <returns>False, and nothing changed, for a vector without direction.</returns>
    public static bool TryNormalise(Span<float> vector)
    {
        var norm = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(vector));
        if (!float.IsFinite(norm) || norm < 1e-12f)
        {
            return false;
        }

        TensorPrimitives.Multiply(vector, 1 / norm, vector);
        return true;
    }

    /// <summary>Checks the arguments of a search and gives the number of queries.</summary>
    public static int CheckSearch(int dimension, ReadOnlySpan<float> queries, int k, int similarities, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (queries.Length % dimension != 0)
        {
            throw new ArgumentException($"{queries.Length} floats do not make queries of dimension {dimension}.", nameof(queries));
        }

        var count = queries.Length / dimension;
        if (similarities != (long)count * k || rows != (long)count * k)
        {
            throw new ArgumentException($"The results of {count} queries need {count} × {k} places each.", nameof(k));
        }

        for (var query = 0; query < count; query++)
        {
            var vector = queries.Slice(query * dimension, dimension);
            if (!IsUnit(vector) && TensorPrimitives.SumOfSquares(vector) != 0)
            {
                throw new ArgumentException($"Query {query} is not a unit vector.", nameof(queries));
            }
        }

        return count;
    }

    /// <summary>Fills and checks the rows of an index being built.</summary>
    public static void Fill(Span<float> rows, int dimension, RowWriter write)
    {
        for (var row = 0; row < rows.Length / dimension; row++)
        {
            var target = rows.Slice(row * dimension, dimension);
            write(row, target);
            if (!IsUnit(target))
            {
                throw new ArgumentException($"Row {row} is not a unit vector.", nameof(write));
            }
        }
    }
}
