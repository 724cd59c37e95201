using System.Numerics.Tensors;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>
/// Fits what of a policy's meaning carries over to sources that nobody trained on: ridge logistic regression on the encoder's vector,
/// the mean of a fit with and one without a free intercept for every source. The intercepts take up how often a source violates, which
/// says nothing of a new one, so that the weights tell violations from what stands beside them; the other fit keeps what sources
/// differ in for a reason.
/// </summary>
/// <param name="vectors">Rows × dimension.</param>
/// <param name="sources">Of each row, from 0.</param>
internal sealed class CarriedFit(float[] vectors, int dimension, int[] sources, CancellationToken cancellation)
{
    private const double Ridge = 1;
    private const double InterceptRidge = 0.05;
    private const int Steps = 60;

    private readonly int _sources = sources.Length == 0 ? 0 : sources.Max() + 1;

    /// <returns>Weights of the vector, the bias last.</returns>
    public float[] Fit(int[] rows, float[] labels, float[] weights)
    {
        var plain = Minimise(rows, labels, weights, withIntercepts: false);
        var within = Minimise(rows, labels, weights, withIntercepts: true);
        var mean = new float[dimension + 1];
        for (var i = 0; i < dimension; i++)
        {
            mean[i] = (float)(0.5 * (plain[i] + within[i]));
        }

        var scores = Array.ConvertAll(rows, row => (double)TensorPrimitives.Dot(vectors.AsSpan(row * dimension, dimension), mean.AsSpan(0, dimension)));
        mean[dimension] = (float)Intercept.Of(scores, labels, weights);
        return mean;
    }

    private double[] Minimise(int[] rows, float[] labels, float[] weights, bool withIntercepts)
    {
        var total = (double)TensorPrimitives.Sum(weights);
        var (slopes, slopeGradient) = (new float[dimension], new float[dimension]);
        return Lbfgs.Minimise(Evaluate, dimension + 1 + (withIntercepts ? _sources : 0), Steps);

        double Evaluate(double[] point, double[] gradient)
        {
            cancellation.ThrowIfCancellationRequested();
            TensorPrimitives.ConvertTruncating<double, float>(point.AsSpan(0, dimension), slopes);
            Array.Clear(gradient);
            Array.Clear(slopeGradient);
            var loss = 0.0;
            for (var i = 0; i < rows.Length; i++)
            {
                var vector = vectors.AsSpan(rows[i] * dimension, dimension);
                var intercept = dimension + 1 + sources[rows[i]];
                var score = TensorPrimitives.Dot(vector, slopes) + point[dimension] + (withIntercepts ? point[intercept] : 0);
                var error = weights[i] * (LogOdds.ToProbability(score) - labels[i]);
                loss += weights[i] * (LogOdds.Softplus(score) - (labels[i] * score));
                TensorPrimitives.MultiplyAdd(vector, (float)error, slopeGradient, slopeGradient);
                gradient[dimension] += error;
                gradient[intercept < gradient.Length ? intercept : dimension] += withIntercepts ? error : 0;
            }

            return (loss + Penalise(point, gradient, slopeGradient)) / Scale(gradient, total);
        }
    }

    /// <summary>Adds the gradients of the slopes and of the penalties.</summary>
    private double Penalise(double[] point, double[] gradient, float[] slopeGradient)
    {
        var penalty = 0.0;
        for (var i = 0; i < point.Length; i++)
        {
            var ridge = i < dimension ? Ridge : i == dimension ? 0 : InterceptRidge;
            penalty += 0.5 * ridge * point[i] * point[i];
            gradient[i] += (ridge * point[i]) + (i < dimension ? slopeGradient[i] : 0);
        }

        return penalty;
    }

    private static double Scale(double[] gradient, double total)
    {
        TensorPrimitives.Divide(gradient, total, gradient);
        return total;
    }
}
