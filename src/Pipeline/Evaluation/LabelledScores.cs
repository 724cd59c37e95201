using Vigil.Contracts;
using Vigil.Pipeline.Training;
using Vigil.Rank.Features;

namespace Vigil.Pipeline.Evaluation;

/// <summary>Scores and truth of many rows, a few bytes each; texts are not kept.</summary>
internal sealed class LabelledScores(IReadOnlyList<string> policies, int models)
{
    private readonly List<float>[] _scores = [.. Enumerable.Range(0, models).Select(_ => new List<float>())];
    private readonly List<sbyte> _truth = [];
    private readonly List<string> _languages = [];
    private readonly List<string> _sources = [];

    /// <summary>The policies, then harm.</summary>
    public IReadOnlyList<string> Labels { get; } = [.. policies, FeatureSchema.Harm];

    public int Rows => _sources.Count;

    public IReadOnlyList<string> Languages => _languages;

    public IReadOnlyList<string> Sources => _sources;

    /// <param name="rankings">Of each model.</param>
    public void Add(LabelledRow row, IEnumerable<Ranking> rankings)
    {
        _languages.Add(string.Intern(row.Lang));
        _sources.Add(string.Intern(row.Source));
        for (var label = 0; label < policies.Count; label++)
        {
            _truth.Add(Truth(row.Violates(policies[label])));
        }

        _truth.Add(Truth(row.Harm));
        foreach (var (model, ranking) in rankings.Index())
        {
            _scores[model].AddRange(ranking.Scores.Select(score => (float)score.Probability));
            _scores[model].Add((float)ranking.Risk);
        }
    }

    /// <summary>The rows where a label is known, of those that are wanted.</summary>
    public (float[][] Scores, bool[] Positive) Known(int label, Func<int, bool> wanted)
    {
        var rows = Enumerable.Range(0, Rows).Where(row => _truth[At(row, label)] >= 0 && wanted(row)).ToArray();
        return ([.. _scores.Select(scores => Array.ConvertAll(rows, row => scores[At(row, label)]))], Array.ConvertAll(rows, row => _truth[At(row, label)] > 0));
    }

    private int At(int row, int label) => (row * Labels.Count) + label;

    private static sbyte Truth(bool? value) => (sbyte)(value is null ? -1 : value.Value ? 1 : 0);
}
