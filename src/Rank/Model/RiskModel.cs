using System.Buffers;
using Vigil.Rank.Features;
using Vigil.Rank.Native;

namespace Vigil.Rank.Model;

/// <summary>
/// Feature rows → raw log-odds of every policy and of harm. A policy's is the mean of a linear and a LightGBM logit, with a share for
/// what carries over to new sources; harm's is the mean of the noisy-or of the policies and a LightGBM logit fitted with the source's
/// log-odds as an offset that is left out here.
/// </summary>
public sealed class RiskModel(RankManifest manifest, FeatureSchema schema, IReadOnlyList<Booster> trees) : IDisposable
{
    private readonly TransferWeights _transfer = manifest.Transfer ?? new(0, 0);

    /// <param name="features">Rows × schema.Count.</param>
    /// <param name="logOdds">Rows × schema.Outputs.</param>
    public void Score(ReadOnlySpan<float> features, Span<double> logOdds)
    {
        var rows = features.Length / schema.Count;
        if (manifest.Kind == RankManifest.WordingKind)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var output = 0; output < schema.Outputs; output++)
                {
                    logOdds[(row * schema.Outputs) + output] = features[(row * schema.Count) + output];
                }
            }

            return;
        }

        AddTrees(features, logOdds, rows);
        for (var row = 0; row < rows; row++)
        {
            var outputs = logOdds.Slice(row * schema.Outputs, schema.Outputs);
            var policies = outputs[..schema.HarmOutput];
            for (var policy = 0; policy < policies.Length; policy++)
            {
                var inputs = features.Slice(row * schema.Count, schema.Linear);
                var stack = 0.5 * (policies[policy] + Linear(policy, inputs));
                var transfer = inputs[Meaning(policy)] + (_transfer.Margin * inputs[Margin(policy)]);
                policies[policy] = stack + (_transfer.Share * (transfer - stack));
            }

            outputs[schema.HarmOutput] = 0.5 * (outputs[schema.HarmOutput] + LogOdds.NoisyOr(policies));
        }
    }

    /// <summary>What each feature adds to a policy's raw log-odds, around the usual row.</summary>
    /// <param name="features">Rows × schema.Count.</param>
    /// <param name="contributions">Rows × schema.Count.</param>
    public void Explain(int policy, ReadOnlySpan<float> features, Span<double> contributions)
    {
        var rows = features.Length / schema.Count;
        if (manifest.Kind == RankManifest.WordingKind)
        {
            contributions.Clear();
            for (var row = 0; row < rows; row++)
            {
                contributions[(row * schema.Count) + policy] = features[(row * schema.Count) + policy];
            }

            return;
        }

        ExplainStack(policy, rows, features, contributions);
    }

    private void ExplainStack(int policy, int rows, ReadOnlySpan<float> features, Span<double> contributions)
    {
        var linear = manifest.Linear[policy];
        var shares = new double[rows * (schema.Count + 1)];
        trees[policy].Explain(features, shares);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < schema.Count; i++)
            {
                var at = (row * schema.Count) + i;
                var straight = i < schema.Linear ? linear.Weights[i] * (features[at] - linear.Means[i]) : 0;
                contributions[at] = (1 - _transfer.Share) * 0.5 * (shares[(row * (schema.Count + 1)) + i] + straight);
            }

            foreach (var (feature, weight) in new[] { (Meaning(policy), 1), (Margin(policy), _transfer.Margin) })
            {
                var at = (row * schema.Count) + feature;
                contributions[at] += _transfer.Share * weight * (features[at] - linear.Means[feature]);
            }
        }
    }

    public void Dispose()
    {
        foreach (var booster in trees)
        {
            booster.Dispose();
        }
    }

    private void AddTrees(ReadOnlySpan<float> features, Span<double> logOdds, int rows)
    {
        var column = ArrayPool<double>.Shared.Rent(Math.Max(1, rows));
        for (var output = 0; output < schema.Outputs; output++)
        {
            trees[output].Predict(features, column.AsSpan(0, rows));
            for (var row = 0; row < rows; row++)
            {
                logOdds[(row * schema.Outputs) + output] = column[row];
            }
        }

        ArrayPool<double>.Shared.Return(column);
    }

    private int Meaning(int policy) => schema.Outputs + policy;

    private int Margin(int policy) => schema.NeighbourStart(policy) + NeighbourFeatures.Margin;

    private double Linear(int policy, ReadOnlySpan<float> features)
    {
        var linear = manifest.Linear[policy];
        var sum = linear.Bias;
        for (var i = 0; i < features.Length; i++)
        {
            sum += linear.Weights[i] * features[i];
        }

        return sum;
    }
}
