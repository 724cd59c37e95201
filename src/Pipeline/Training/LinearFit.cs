using System.Numerics.Tensors;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>Weighted ridge logistic regression by Newton's method (iteratively reweighted least squares) on standardised columns.</summary>
internal static class LinearFit
{
    private const int MostSteps = 12;
    private const double Ridge = 5;

    /// <param name="features">Rows × stride.</param>
    /// <param name="columns">The first so many of each row are used.</param>
    /// <param name="rows">Which rows, with their labels and weights beside.</param>
    /// <param name="offsets">Log-odds of each row that are given, and left out of the result; empty: none.</param>
    public static LinearWeights Fit(float[] features, int stride, int columns, int[] rows, float[] labels, float[] weights, double[] offsets, CancellationToken cancellation)
    {
        var (means, scales) = Moments(features, stride, columns, rows, weights);
        var size = columns + 1;
        var solution = new double[size];
        var scaled = new double[size];
        for (var step = 0; step < MostSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var gradient = new double[size];
            var curvature = new double[size * size];
            for (var i = 0; i < rows.Length; i++)
            {
                Standardise(features.AsSpan(rows[i] * stride, columns), means, scales, scaled);
                var p = LogOdds.ToProbability(TensorPrimitives.Dot(scaled, solution) + (offsets.Length == 0 ? 0 : offsets[i]));
                TensorPrimitives.MultiplyAdd(scaled, weights[i] * (p - labels[i]), gradient, gradient);
                var bend = weights[i] * Math.Max(1e-6, p * (1 - p));
                for (var a = 0; a < size; a++)
                {
                    var row = curvature.AsSpan(a * size, a + 1);
                    TensorPrimitives.MultiplyAdd(scaled.AsSpan(0, a + 1), bend * scaled[a], row, row);
                }
            }

            for (var a = 0; a < columns; a++)
            {
                gradient[a] += Ridge * solution[a];
                curvature[(a * size) + a] += Ridge;
            }

            curvature[(size * size) - 1] += 1e-6;
            var move = Solve(curvature, gradient, size);
            var length = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(move));
            TensorPrimitives.MultiplyAdd(move, -Math.Min(1, 4 / Math.Max(1e-12, length)), solution, solution);
            if (length < 1e-4)
            {
                break;
            }
        }

        return Unscaled(solution, means, scales, columns);
    }

    private static LinearWeights Unscaled(double[] solution, double[] means, double[] scales, int columns)
    {
        var weights = new double[columns];
        var bias = solution[columns];
        for (var i = 0; i < columns; i++)
        {
            weights[i] = solution[i] * scales[i];
            bias -= weights[i] * means[i];
        }

        return new(bias, weights, means);
    }

    private static void Standardise(ReadOnlySpan<float> row, double[] means, double[] scales, double[] scaled)
    {
        for (var i = 0; i < row.Length; i++)
        {
            scaled[i] = (row[i] - means[i]) * scales[i];
        }

        scaled[row.Length] = 1;
    }

    private static (double[] Means, double[] Scales) Moments(float[] features, int stride, int columns, int[] rows, float[] weights)
    {
        var means = new double[columns];
        var squares = new double[columns];
        var total = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = features.AsSpan(rows[i] * stride, columns);
            total += weights[i];
            for (var c = 0; c < columns; c++)
            {
                means[c] += weights[i] * row[c];
                squares[c] += weights[i] * (double)row[c] * row[c];
            }
        }

        for (var c = 0; c < columns; c++)
        {
            means[c] /= total;
            squares[c] = 1 / Math.Sqrt(Math.Max(1e-8, (squares[c] / total) - (means[c] * means[c])));
        }

        return (means, squares);
    }

    /// <summary>Cholesky on the lower triangle.</summary>
    private static double[] Solve(double[] matrix, double[] right, int size)
    {
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[(i * size) + j] - TensorPrimitives.Dot<double>(matrix.AsSpan(i * size, j), matrix.AsSpan(j * size, j));
                matrix[(i * size) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / matrix[(j * size) + j];
            }
        }

        var solution = (double[])right.Clone();
        for (var i = 0; i < size; i++)
        {
            solution[i] = (solution[i] - TensorPrimitives.Dot<double>(matrix.AsSpan(i * size, i), solution.AsSpan(0, i))) / matrix[(i * size) + i];
        }

        for (var i = size - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < size; j++)
            {
                solution[i] -= matrix[(j * size) + i] * solution[j];
            }

            solution[i] /= matrix[(i * size) + i];
        }

        return solution;
    }
}
