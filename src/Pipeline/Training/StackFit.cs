using Vigil.Rank.Features;
using Vigil.Rank.Model;
using Vigil.Rank.Native;

namespace Vigil.Pipeline.Training;

/// <summary>The fitted parts above the heads.</summary>
internal sealed record Stack(IReadOnlyList<LinearWeights> Linear, IReadOnlyDictionary<string, string> Trees, LinearWeights Unlabelled);

/// <summary>
/// Fits, over out-of-fold heads and neighbours, for each policy a linear and a LightGBM model, for harm a LightGBM model that starts
/// from its source's log-odds, and the weights that serve a policy without labels.
/// </summary>
internal sealed class StackFit(IReadOnlyList<CorpusRow> rows, FeatureRows features, Targets targets, CancellationToken cancellation)
{
    private static readonly BoosterSettings Trees = new();

    private readonly FeatureSchema _schema = features.Schema;

    public Stack Fit(Action<string> progress)
    {
        var linear = new List<LinearWeights>();
        var trees = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var policy = 0; policy < _schema.Policies.Count; policy++)
        {
            progress($"stack of {_schema.Policies[policy]}");
            var (used, labels, weights) = Known(policy);
            linear.Add(LinearFit.Fit(features.Values, _schema.Count, _schema.Linear, used, labels, weights, cancellation));
            trees[_schema.Policies[policy]] = FitTrees(used, labels, weights, []);
        }

        progress("stack of harm");
        trees[FeatureSchema.Harm] = FitHarm();
        return new(linear, trees, FitUnlabelled());
    }

    private string FitHarm()
    {
        var (used, labels, weights) = Known(_schema.HarmOutput);
        return FitTrees(used, labels, weights, SourceLogOdds(used, labels));
    }

    private string FitTrees(int[] used, float[] labels, float[] weights, double[] offsets)
    {
        var matrix = new float[used.Length * _schema.Count];
        for (var i = 0; i < used.Length; i++)
        {
            features.Row(used[i]).CopyTo(matrix.AsSpan(i * _schema.Count));
        }

        using var booster = BoosterTraining.Fit(matrix, _schema.Count, labels, weights, offsets, Trees, cancellation);
        return booster.Save();
    }

    /// <summary>How harmful a source is as a whole says nothing of a new source: it goes into the offset and is dropped with it.</summary>
    private double[] SourceLogOdds(int[] used, float[] labels)
    {
        var counts = new Dictionary<int, (double Harm, double All)>();
        for (var i = 0; i < used.Length; i++)
        {
            var (harm, all) = counts.GetValueOrDefault(rows[used[i]].Source);
            counts[rows[used[i]].Source] = (harm + labels[i], all + 1);
        }

        return Array.ConvertAll(used, row =>
        {
            var (harm, all) = counts[rows[row].Source];
            return LogOdds.Of((harm + 1) / (all + 2));
        });
    }

    /// <summary>One model over the neighbour features of all policies, each as if it were the only one.</summary>
    private LinearWeights FitUnlabelled()
    {
        var matrix = new List<float>();
        var (allLabels, allWeights) = (new List<float>(), new List<float>());
        for (var policy = 0; policy < _schema.Policies.Count; policy++)
        {
            var (used, labels, weights) = Known(policy);
            foreach (var row in used)
            {
                matrix.AddRange(features.Row(row).Slice(_schema.NeighbourStart(policy), NeighbourFeatures.Count));
            }

            allLabels.AddRange(labels);
            allWeights.AddRange(weights);
        }

        return LinearFit.Fit(
            [.. matrix], NeighbourFeatures.Count, NeighbourFeatures.Count, [.. Enumerable.Range(0, allLabels.Count)], [.. allLabels], [.. allWeights], cancellation);
    }

    private (int[] Rows, float[] Labels, float[] Weights) Known(int output)
    {
        var used = Enumerable.Range(0, rows.Count).Where(row => targets.Of(rows[row], output).Weight > 0).ToArray();
        return (used, Array.ConvertAll(used, row => targets.Of(rows[row], output).Label), Array.ConvertAll(used, row => targets.Of(rows[row], output).Weight));
    }
}
