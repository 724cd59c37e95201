using System.Numerics.Tensors;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>
/// Heads of random folds, so that the stack sees what heads say of rows they never saw. What scores new rows is the mean of the folds'
/// weights: as good as a fit on all rows, and one fit cheaper.
/// </summary>
internal sealed class HeadFit(IReadOnlyList<CorpusRow> rows, HeadRows inputs, Targets targets, HeadSettings settings, CancellationToken cancellation)
{
    public const int Folds = 3;

    private const ulong Order = 1;
    private const int FoldPurpose = 3;

    private readonly (float Label, float Weight)[] _targets = TargetsOf(rows, targets);

    /// <summary>Linear models: the mean of the weights gives the mean of the log-odds.</summary>
    public static HeadTables Mean(IReadOnlyList<HeadTables> folds)
    {
        var mean = new HeadTables(folds[0].Outputs, folds[0].Dimension);
        foreach (var fold in folds)
        {
            TensorPrimitives.MultiplyAdd(fold.Wording, 1f / folds.Count, mean.Wording, mean.Wording);
            TensorPrimitives.MultiplyAdd(fold.Meaning, 1f / folds.Count, mean.Meaning, mean.Meaning);
            TensorPrimitives.MultiplyAdd(fold.Bias, 1f / folds.Count, mean.Bias, mean.Bias);
        }

        return mean;
    }

    /// <summary>Fills, for every policy, what its meaning carries over to new sources.</summary>
    public void Carry(HeadTables tables, IReadOnlyList<string> policies, Action<string> progress)
    {
        var fit = new CarriedFit(inputs.Vectors, inputs.Dimension, [.. rows.Select(row => row.Source)], cancellation);
        for (var policy = 0; policy < policies.Count; policy++)
        {
            progress($"meaning of {policies[policy]}, whatever the source");
            int[] known = [.. Enumerable.Range(0, rows.Count).Where(row => Of(row, policy).Weight > 0)];
            var weights = fit.Fit(known, Array.ConvertAll(known, row => Of(row, policy).Label), Array.ConvertAll(known, row => Of(row, policy).Weight));
            for (var i = 0; i < inputs.Dimension; i++)
            {
                tables.Carried[(i * tables.CarriedStride) + policy] = weights[i];
            }

            tables.CarriedBias[policy] = weights[^1];
        }
    }

    /// <summary>Folds are random, not by source: a head that never saw a source errs about its base rate, and a stack learns to distrust it.</summary>
    public HeadTables FitWithout(int fold)
    {
        int[] order = [.. StableHash.Permutation(rows.Count, Order).Where(row => FoldOf(row) != fold)];
        return HeadTrainer.Fit(inputs, order, _targets, targets.Outputs, settings, cancellation);
    }

    public int FoldOf(int row) => (int)(StableHash.Of(rows[row].Id, FoldPurpose) % Folds);

    private (float Label, float Weight) Of(int row, int output) => _targets[(row * targets.Outputs) + output];

    private static (float Label, float Weight)[] TargetsOf(IReadOnlyList<CorpusRow> rows, Targets targets)
    {
        var all = new (float Label, float Weight)[rows.Count * targets.Outputs];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var output = 0; output < targets.Outputs; output++)
            {
                all[(row * targets.Outputs) + output] = targets.Of(rows[row], output);
            }
        }

        return all;
    }
}
