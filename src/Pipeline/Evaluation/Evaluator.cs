using Vigil.Contracts;
using Vigil.Pipeline.Training;
using Vigil.Rank;
using Vigil.Rank.Model;

namespace Vigil.Pipeline.Evaluation;

/// <summary>What to evaluate on.</summary>
internal sealed record EvaluationRequest(IReadOnlyList<string> Files, IReadOnlyList<LabelledFile.Condition> Where);

/// <summary>
/// Runs labelled files through the production path in batches and measures what came out. Memory: one batch of rows, and a few dozen
/// bytes for each row seen.
/// </summary>
internal sealed class Evaluator(ProductionPath path, PolicySet policies, RankModel model, RankModel? other)
{
    private const int BatchRows = 512;

    public EvaluationReport Evaluate(EvaluationRequest request, string bank, Action<int> progress, CancellationToken cancellation)
    {
        string[] labels = [.. policies.Policies.Select(policy => policy.Id)];
        var scores = new LabelledScores(labels, other is null ? 1 : 2);
        var notes = new DataNotes(labels);
        RankModel[] models = other is null ? [model] : [model, other];
        ItemRanker[] rankers = [.. models.Select(each => new ItemRanker(each, policies, new RankOptions { AuditShare = 0, EvidenceNeighbours = 0, Reasons = 0 }))];
        foreach (var rows in request.Files.SelectMany(file => LabelledFile.Read(file, request.Where)).Chunk(BatchRows))
        {
            var rankings = path.Rank(rows, rankers, cancellation);
            for (var i = 0; i < rows.Length; i++)
            {
                scores.Add(rows[i], rankings.Select(each => each[i]));
                notes.Add(rows[i]);
            }

            progress(scores.Rows);
        }

        return scores.Rows == 0
            ? throw new CommandFailedException("no row of the data meets the conditions")
            : Report(request, bank, scores, notes.Sentences(scores.Rows), cancellation);
    }

    private EvaluationReport Report(EvaluationRequest request, string bank, LabelledScores scores, IReadOnlyList<string> notes, CancellationToken cancellation)
    {
        var trained = model.Manifest.Sources.Select(source => source.Source).ToHashSet(StringComparer.Ordinal);
        var isTrained = scores.Sources.Select(trained.Contains).ToArray();
        var hasSource = scores.Sources.Any(source => source.Length > 0);
        GroupFigures Group(string name, Func<int, bool> wanted) => FigureMaker.Group(name, scores, wanted, cancellation);
        return new(
            request.Files,
            [.. request.Where.Select(condition => $"{condition.Field}={string.Join(',', condition.Values)}")],
            scores.Rows,
            model.Hash,
            other?.Hash,
            bank,
            notes,
            Group("all", _ => true),
            [.. new[] { ("trained sources", true), ("left-out sources", false) }.Where(part => hasSource && isTrained.Contains(part.Item2)).Select(part => Group(part.Item1, row => isTrained[row] == part.Item2))],
            [.. scores.Languages.Distinct().Order(StringComparer.Ordinal).Select(language => Group(language, row => scores.Languages[row] == language))],
            [.. scores.Sources.Distinct().Order(StringComparer.Ordinal).Select(source => Group(source, row => scores.Sources[row] == source))]);
    }
}
