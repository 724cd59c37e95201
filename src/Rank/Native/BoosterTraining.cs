using Vigil.Rank.Model.Trees;

namespace Vigil.Rank.Native;

/// <summary>How trees are grown.</summary>
public sealed record BoosterSettings
{
    public int Trees { get; init; } = 150;
    public int Leaves { get; init; } = 15;
    public double LearningRate { get; init; } = 0.05;
    public int LeastRowsInLeaf { get; init; } = 100;
    public double L2 { get; init; } = 5;
    public int Seed { get; init; } = 20260105;
}

/// <summary>Fits binary trees; the same rows and settings give the same trees.</summary>
public static class BoosterTraining
{
    private const int CheckedRows = 1000;

    /// <returns>The trees as text, for <see cref="TreeEnsemble"/>.</returns>
    /// <param name="rows">Count × columns, row-major.</param>
    /// <param name="labels">0 or 1.</param>
    /// <param name="offsets">Log-odds that training starts from and scoring leaves out; empty: none.</param>
    public static unsafe string Fit(
        ReadOnlySpan<float> rows, int columns, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights, ReadOnlySpan<double> offsets, BoosterSettings settings, CancellationToken cancellation)
    {
        var parameters = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"objective=binary boost_from_average={(offsets.IsEmpty ? "true" : "false")} num_leaves={settings.Leaves} learning_rate={settings.LearningRate} min_data_in_leaf={settings.LeastRowsInLeaf} lambda_l2={settings.L2} max_bin=127 num_threads=1 deterministic=true force_row_wise=true seed={settings.Seed} verbosity=-1");
        DatasetHandle dataset;
        fixed (float* first = rows)
        {
            LightGbmNative.Check(LightGbmNative.DatasetCreate(first, LightGbmNative.Float32, labels.Length, columns, 1, parameters, 0, out dataset));
        }

        using (dataset)
        {
            fixed (float* label = labels, weight = weights)
            fixed (double* offset = offsets)
            {
                LightGbmNative.Check(LightGbmNative.DatasetSetField(dataset, "label", label, labels.Length, LightGbmNative.Float32));
                LightGbmNative.Check(LightGbmNative.DatasetSetField(dataset, "weight", weight, weights.Length, LightGbmNative.Float32));
                if (!offsets.IsEmpty)
                {
                    LightGbmNative.Check(LightGbmNative.DatasetSetField(dataset, "init_score", offset, offsets.Length, LightGbmNative.Float64));
                }
            }

            using var booster = new Booster(dataset, parameters);
            Grow(booster, settings.Trees, cancellation);
            return SaveChecked(booster, rows, columns);
        }
    }

    private static void Grow(Booster booster, int trees, CancellationToken cancellation)
    {
        for (var tree = 0; tree < trees && booster.Grow(); tree++)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The saved text, once it is known that what Vigil reads out of it scores as LightGBM does.</summary>
    private static string SaveChecked(Booster booster, ReadOnlySpan<float> rows, int columns)
    {
        var text = booster.Save();
        var sample = rows[..(Math.Min(rows.Length / columns, CheckedRows) * columns)];
        var (theirs, ours) = (new double[sample.Length / columns], new double[sample.Length / columns]);
        booster.Predict(sample, theirs);
        var trees = TreeEnsemble.Read([text], columns);
        for (var row = 0; row < ours.Length; row++)
        {
            trees.Score(sample.Slice(row * columns, columns), ours.AsSpan(row, 1));
        }

        return theirs.AsSpan().SequenceEqual(ours) ? text : throw new LightGbmException("its trees are read in another way than it means them");
    }
}
