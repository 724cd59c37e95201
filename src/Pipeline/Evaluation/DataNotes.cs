using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Evaluation;

/// <summary>What of the rows cannot be measured, counted, so that a figure over few rows never looks like one over all.</summary>
internal sealed class DataNotes(IReadOnlyCollection<string> policies)
{
    private readonly SortedDictionary<string, int> _unknownLabels = new(StringComparer.Ordinal);
    private int _withoutScope;
    private int _withoutTruth;

    public void Add(LabelledRow row)
    {
        foreach (var label in row.Labels.Concat(row.Scope).Distinct().Where(label => !policies.Contains(label)))
        {
            _unknownLabels[label] = _unknownLabels.GetValueOrDefault(label) + 1;
        }

        var known = row.Labels.Concat(row.Scope).Any(policies.Contains);
        _withoutTruth += known || row.Harm is not null ? 0 : 1;
        _withoutScope += row.Scope.Count == 0 ? 1 : 0;
    }

    /// <summary>One sentence each; none when every row counts in full.</summary>
    public IReadOnlyList<string> Sentences(int rows)
    {
        var notes = new List<string>();
        if (_withoutScope > 0)
        {
            notes.Add($"{_withoutScope} of {rows} rows have no scope: a policy that is not among their labels is unknown there, not negative. List in scope the policies the row was judged by.");
        }

        if (_unknownLabels.Count > 0)
        {
            notes.Add($"Labels that are no policies: {string.Join(", ", _unknownLabels.Select(label => $"{label.Key} ({label.Value} rows)"))}. Not measured; policies are {string.Join(", ", policies)}.");
        }

        if (_withoutTruth > 0)
        {
            notes.Add($"{_withoutTruth} of {rows} rows say nothing that can be measured (no policy in labels or scope, harm neither 0 nor 1): they count in no figure.");
        }

        return notes;
    }
}
