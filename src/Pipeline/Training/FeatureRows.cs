using Vigil.Contracts;
using Vigil.Rank.Features;
using Vigil.Rank.Model;
using Vigil.Recall;

namespace Vigil.Pipeline.Training;

/// <summary>Feature rows of a part of the corpus, filled as the worker fills them, except that heads may be those of a fold.</summary>
internal sealed class FeatureRows
{
    private const int BlockRows = 1024;

    public FeatureRows(FeatureSchema schema, int count)
    {
        Schema = schema;
        Count = count;
        Values = new float[count * schema.Count];
    }

    public FeatureSchema Schema { get; }

    public int Count { get; }

    /// <summary>Count × Schema.Count.</summary>
    public float[] Values { get; }

    public Span<float> Row(int row) => Values.AsSpan(row * Schema.Count, Schema.Count);

    /// <param name="tablesOf">The heads that never saw the row.</param>
    public void FillHeads(HeadRows rows, Func<int, HeadTables> tablesOf)
    {
        for (var row = 0; row < Count; row++)
        {
            tablesOf(row).Score(rows.Buckets(row), rows.Vector(row), Row(row)[..Schema.Heads]);
        }
    }

    public void FillCarried(HeadRows rows, HeadTables tables)
    {
        for (var row = 0; row < Count; row++)
        {
            tables.Carry(rows.Vector(row), Row(row)[Schema.Trees..]);
        }
    }

    public void FillMeasures(EmbeddedCorpus embedded)
    {
        for (var row = 0; row < Count; row++)
        {
            var window = embedded.FirstWindow(row);
            TextMeasures.Fill(window.Text, window.Tokens, window.UnknownTokens, Row(row)[Schema.Linear..]);
        }
    }

    /// <summary>Through the worker's own search; neither the row itself nor a near-duplicate of it is a neighbour.</summary>
    public void FillNeighbours(IReadOnlyList<CorpusRow> rows, EmbeddedCorpus embedded, BankSnapshot bank, Action<int> progress, CancellationToken cancellation)
    {
        for (var first = 0; first < Count; first += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(BlockRows, Count - first);
            using var queries = EmbeddingBatch.Rent(count, embedded.Dimension);
            embedded.Vectors.AsSpan(first * embedded.Dimension, count * embedded.Dimension).CopyTo(queries.Values);
            string[] ids = [.. Enumerable.Range(first, count).Select(row => rows[row].Id)];
            using var found = Recaller.Search(queries, bank, Schema.Policies, FeatureSchema.Neighbours, NearDuplicates.Filter(ids));
            for (var i = 0; i < count; i++)
            {
                for (var policy = 0; policy < Schema.Policies.Count; policy++)
                {
                    NeighbourFeatures.Fill(found, i, policy, Row(first + i).Slice(Schema.NeighbourStart(policy), NeighbourFeatures.Count));
                }
            }

            progress(first + count);
        }
    }
}
