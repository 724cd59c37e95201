namespace Vigil.Pipeline.Training;

/// <summary>What a row teaches each output: a label and how much it counts; 0: masked.</summary>
internal sealed class Targets
{
    private readonly int _policies;
    private readonly int _unknownIsNegative;

    public Targets(IReadOnlyList<string> policies)
    {
        _policies = policies.Count;
        for (var i = 0; i < policies.Count; i++)
        {
            _unknownIsNegative |= TrainingSources.UnknownIsNegative.Contains(policies[i]) ? 1 << i : 0;
        }
    }

    public int Outputs => _policies + 1;

    /// <param name="output">A policy, or the last: harm.</param>
    public (float Label, float Weight) Of(in CorpusRow row, int output)
    {
        if (output == _policies)
        {
            return row.Harm < 0 ? (0, 0) : (row.Harm, row.Weight);
        }

        var bit = 1 << output;
        if ((row.Labels & bit) != 0)
        {
            return (1, row.Weight);
        }

        return (row.Scope & bit) != 0
            ? (0, row.Weight)
            : (0, (_unknownIsNegative & bit) != 0 ? row.Weight * (float)TrainingSources.UnknownWeight : 0);
    }
}
