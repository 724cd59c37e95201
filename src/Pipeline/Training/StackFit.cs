using Vigil.Rank.Features;
using Vigil.Rank.Model;
using Vigil.Rank.Model.Trees;
using Vigil.Rank.Native;

namespace Vigil.Pipeline.Training;

/// <summary>The fitted parts above the heads.</summary>
internal sealed record Stack(IReadOnlyList<LinearWeights> Linear, IReadOnlyDictionary<string, string> Trees, IReadOnlyList<TransferWeights> Transfer, LinearWeights Unlabelled);

/// <summary>
/// Fits, over out-of-fold heads and neighbours, for each policy a linear model and trees, for harm trees that start from the source's
/// log-odds, what each policy takes from what carries over, and the weights that serve a policy without labels.
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
            (var weights, trees[_schema.Policies[policy]]) = FitPolicy(policy);
            linear.Add(weights);
        }

        progress("stack of harm");
        var known = Known(_schema.HarmOutput);
        trees[FeatureSchema.Harm] = FitTrees(known, SourceLogOdds(known));
        return new(linear, trees, [.. Enumerable.Range(0, linear.Count).Select(TransferOf)], FitUnlabelled());
    }

    /// <summary>Where a source's rate is left out, its log-odds are given to the fit and one constant for all stands in for them.</summary>
    private (LinearWeights Linear, string Trees) FitPolicy(int policy)
    {
        var known = Known(policy);
        var offsets = TrainingSources.RatesLeftOut.Contains(_schema.Policies[policy]) ? SourceLogOdds(known) : [];
        var linear = LinearFit.Fit(features.Values, _schema.Count, _schema.Linear, known.Rows, known.Labels, known.Weights, offsets, cancellation);
        var trees = FitTrees(known, offsets);
        return offsets.Length == 0 ? (linear, trees) : (linear with { Bias = linear.Bias + (2 * Missing(linear, trees, known)) }, trees);
    }

    /// <summary>What the mean of both lacks without the offsets.</summary>
    private double Missing(LinearWeights linear, string text, KnownRows known)
    {
        var trees = TreeEnsemble.Read([text], _schema.Trees);
        var scores = Array.ConvertAll(known.Rows, row =>
        {
            Span<double> score = stackalloc double[1];
            trees.Score(features.Row(row)[.._schema.Trees], score);
            for (var i = 0; i < _schema.Linear; i++)
            {
                score[0] += linear.Weights[i] * features.Row(row)[i];
            }

            return 0.5 * (score[0] + linear.Bias);
        });
        return Intercept.Of(scores, known.Labels, known.Weights);
    }

    private string FitTrees(KnownRows known, double[] offsets)
    {
        var matrix = new float[known.Rows.Length * _schema.Trees];
        for (var i = 0; i < known.Rows.Length; i++)
        {
            features.Row(known.Rows[i])[.._schema.Trees].CopyTo(matrix.AsSpan(i * _schema.Trees));
        }

        return BoosterTraining.Fit(matrix, _schema.Trees, known.Labels, known.Weights, offsets, Trees, cancellation);
    }

    private TransferWeights TransferOf(int policy)
    {
        var known = Known(policy);
        var (share, margin) = TrainingSources.Transfer(_schema.Policies[policy], known.Labels.Count(label => label > 0));
        var (sum, all) = (0.0, 0.0);
        for (var i = 0; i < known.Rows.Length; i++)
        {
            sum += known.Weights[i] * features.Row(known.Rows[i])[_schema.Trees + policy];
            all += known.Weights[i];
        }

        return new(share, margin, sum / all);
    }

    /// <summary>How often a source violates as a whole says nothing of a new source: it goes into the offset and is dropped with it.</summary>
    private double[] SourceLogOdds(KnownRows known)
    {
        var counts = new Dictionary<int, (double Harm, double All)>();
        for (var i = 0; i < known.Rows.Length; i++)
        {
            var (harm, all) = counts.GetValueOrDefault(rows[known.Rows[i]].Source);
            counts[rows[known.Rows[i]].Source] = (harm + known.Labels[i], all + 1);
        }

        return Array.ConvertAll(known.Rows, row =>
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
            [.. matrix], NeighbourFeatures.Count, NeighbourFeatures.Count, [.. Enumerable.Range(0, allLabels.Count)], [.. allLabels], [.. allWeights], [], cancellation);
    }

    private KnownRows Known(int output)
    {
        var used = Enumerable.Range(0, rows.Count).Where(row => targets.Of(rows[row], output).Weight > 0).ToArray();
        return new(used, Array.ConvertAll(used, row => targets.Of(rows[row], output).Label), Array.ConvertAll(used, row => targets.Of(rows[row], output).Weight));
    }

    /// <summary>Rows whose label is known, with label and weight.</summary>
    private readonly record struct KnownRows(int[] Rows, float[] Labels, float[] Weights);
}
