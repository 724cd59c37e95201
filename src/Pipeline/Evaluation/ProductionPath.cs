using Vigil.Contracts;
using Vigil.Pipeline.Training;
using Vigil.Rank;
using Vigil.Recall;

namespace Vigil.Pipeline.Evaluation;

/// <summary>
/// Labelled rows through the worker's own stages: embedder, recall over the starter bank, ranker. The one difference: an entry made of
/// the row itself or of a near-duplicate is left out, and hash hits, which are always such, are too.
/// </summary>
internal sealed class ProductionPath(EmbeddingCache embedder, BankSnapshot bank, PolicySet policies)
{
    private readonly string[] _policies = [.. policies.Policies.Select(policy => policy.Id)];

    /// <returns>For each ranker the rankings of the rows, in order.</returns>
    public IReadOnlyList<Ranking>[] Rank(IReadOnlyList<LabelledRow> rows, IReadOnlyList<ItemRanker> rankers, CancellationToken cancellation)
    {
        using var batch = embedder.Embed([.. rows.Select(Content)], cancellation);
        var rowOfQuery = new string[batch.Vectors.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            rowOfQuery.AsSpan(batch.Items[i].FirstRow, batch.Items[i].Windows.Count).Fill(rows[i].Ref);
        }

        using var neighbours = Recaller.Search(batch.Vectors, bank, _policies, ItemRanker.Neighbours, NearDuplicates.Filter(rowOfQuery));
        return [.. rankers.Select(ranker => ranker.Rank(batch, neighbours, []))];
    }

    /// <summary>What the pipeline may see of a row: its texts.</summary>
    private static Content Content(LabelledRow row) => new() { Id = row.Id, Parts = [.. row.Texts.Select(text => new TextPart(text))] };
}
