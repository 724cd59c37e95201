using System.Numerics.Tensors;
using Vigil.Rank.Features;
using Vigil.Rank.Model.Trees;

namespace Vigil.Rank.Model;

/// <summary>
/// Feature rows → raw log-odds of every policy and of harm. A policy's is the mean of a linear and a tree logit, with a share for
/// what carries over to new sources; harm's is the mean of the noisy-or of the policies and a tree logit fitted with the source's
/// log-odds as an offset that is left out here.
/// </summary>
public sealed class RiskModel
{
    private readonly FeatureSchema _schema;
    private readonly TreeEnsemble? _trees;
    private readonly IReadOnlyList<LinearWeights> _linear;
    private readonly IReadOnlyList<TransferWeights> _transfer;

    // Policies × Linear: as the features are, so that a dot product takes whole vectors.
    private readonly float[] _weights;

    /// <param name="trees">Null: the wording heads alone.</param>
    public RiskModel(RankManifest manifest, FeatureSchema schema, TreeEnsemble? trees)
    {
        _schema = schema;
        _trees = trees;
        _linear = manifest.Linear;
        _transfer = manifest.Transfer;
        _weights = [.. manifest.Linear.SelectMany(linear => linear.Weights).Select(weight => (float)weight)];
    }

    /// <param name="features">Rows × schema.Count.</param>
    /// <param name="logOdds">Rows × schema.Outputs.</param>
    public void Score(ReadOnlySpan<float> features, Span<double> logOdds)
    {
        var rows = features.Length / _schema.Count;
        for (var row = 0; row < rows; row++)
        {
            var inputs = features.Slice(row * _schema.Count, _schema.Count);
            var outputs = logOdds.Slice(row * _schema.Outputs, _schema.Outputs);
            if (_trees is null)
            {
                TensorPrimitives.ConvertChecked(inputs[.._schema.Outputs], outputs);
            }
            else
            {
                _trees.Score(inputs[.._schema.Trees], outputs);
                Stack(inputs, outputs);
            }
        }
    }

    /// <summary>What each feature adds to a policy's raw log-odds, around the usual row.</summary>
    /// <param name="features">Schema.Count numbers of one row.</param>
    /// <param name="contributions">Schema.Count.</param>
    public void Explain(int policy, ReadOnlySpan<float> features, Span<double> contributions)
    {
        if (_trees is null)
        {
            contributions.Clear();
            contributions[policy] = features[policy];
            return;
        }

        var (linear, transfer) = (_linear[policy], _transfer[policy]);
        _trees.Explain(policy, features[.._schema.Trees], contributions[.._schema.Trees]);
        for (var i = 0; i < _schema.Trees; i++)
        {
            var straight = i < _schema.Linear ? linear.Weights[i] * (features[i] - linear.Means[i]) : 0;
            contributions[i] = (1 - transfer.Share) * 0.5 * (contributions[i] + straight);
        }

        contributions[_schema.Trees..].Clear();
        contributions[Carried(policy)] = transfer.Share * (features[Carried(policy)] - transfer.Mean);
        contributions[Margin(policy)] += transfer.Share * transfer.Margin * (features[Margin(policy)] - linear.Means[Margin(policy)]);
    }

    /// <param name="outputs">Log-odds of the trees, replaced by those of the whole.</param>
    private void Stack(ReadOnlySpan<float> inputs, Span<double> outputs)
    {
        var policies = outputs[.._schema.HarmOutput];
        for (var policy = 0; policy < policies.Length; policy++)
        {
            var weights = _weights.AsSpan(policy * _schema.Linear, _schema.Linear);
            var linear = _linear[policy].Bias + TensorPrimitives.Dot(inputs[.._schema.Linear], weights);
            var stack = 0.5 * (policies[policy] + linear);
            var transfer = inputs[Carried(policy)] + (_transfer[policy].Margin * inputs[Margin(policy)]);
            policies[policy] = stack + (_transfer[policy].Share * (transfer - stack));
        }

        outputs[_schema.HarmOutput] = 0.5 * (outputs[_schema.HarmOutput] + LogOdds.NoisyOr(policies));
    }

    private int Carried(int policy) => _schema.Trees + policy;

    private int Margin(int policy) => _schema.NeighbourStart(policy) + NeighbourFeatures.Margin;
}
