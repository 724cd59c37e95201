using Vigil.Rank.Model;

namespace Vigil.Pipeline.Training;

/// <summary>Heads for scoring, fitted on all rows, and heads of random folds, so that the stack sees what heads say of rows they never saw.</summary>
internal sealed class HeadFit(IReadOnlyList<CorpusRow> rows, HeadRows inputs, Targets targets, HeadSettings settings, CancellationToken cancellation)
{
    public const int Folds = 3;

    private const ulong Order = 1;
    private const int FoldPurpose = 3;

    private readonly (float Label, float Weight)[] _targets = TargetsOf(rows, targets);

    public HeadTables FitAll() => Fit(_ => true);

    /// <summary>Folds are random, not by source: a head that never saw a source errs about its base rate, and a stack learns to distrust it.</summary>
    public HeadTables FitWithout(int fold) => Fit(row => FoldOf(row) != fold);

    public int FoldOf(int row) => (int)(StableHash.Of(rows[row].Id, FoldPurpose) % Folds);

    private HeadTables Fit(Func<int, bool> wanted)
    {
        int[] order = [.. StableHash.Permutation(rows.Count, Order).Where(wanted)];
        return HeadTrainer.Fit(inputs, order, _targets, targets.Outputs, settings, cancellation);
    }

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
