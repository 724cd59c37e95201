using Vigil.Contracts;

namespace Vigil.Pipeline.Training;

/// <summary>Train rows with the text, token counts and vector of their first window.</summary>
internal sealed class EmbeddedCorpus
{
    private const int BatchRows = 512;

    private readonly float[] _vectors;
    private readonly TextWindow[] _first;
    private readonly int[] _windows;

    private EmbeddedCorpus(int rows, int dimension)
    {
        Dimension = dimension;
        _vectors = new float[rows * dimension];
        _first = new TextWindow[rows];
        _windows = new int[rows];
    }

    public int Dimension { get; }

    public int Count => _first.Length;

    /// <summary>Rows × dimension; zeros for a text in which nothing is left to encode.</summary>
    public float[] Vectors => _vectors;

    public static EmbeddedCorpus Embed(IReadOnlyList<CorpusRow> rows, EmbeddingCache cache, int dimension, Action<int> progress, CancellationToken cancellation)
    {
        var corpus = new EmbeddedCorpus(rows.Count, dimension);
        for (var first = 0; first < rows.Count; first += BatchRows)
        {
            var count = Math.Min(BatchRows, rows.Count - first);
            using var batch = cache.Embed([.. Enumerable.Range(first, count).Select(row => Content(rows[row]))], cancellation);
            for (var i = 0; i < count; i++)
            {
                corpus.Take(first + i, batch.Items[i], batch.Vectors);
            }

            progress(first + count);
        }

        return corpus;
    }

    public int Windows(int row) => _windows[row];

    public TextWindow FirstWindow(int row) => _first[row];

    public ReadOnlyMemory<float> Vector(int row) => _vectors.AsMemory(row * Dimension, Dimension);

    private void Take(int row, EmbeddedItem item, EmbeddingBatch vectors)
    {
        _windows[row] = item.Windows.Count;
        _first[row] = new(0, 0, "", 0, 0);
        if (item.Windows.Count > 0)
        {
            _first[row] = item.Windows[0];
            vectors.Row(item.FirstRow).CopyTo(_vectors.AsSpan(row * Dimension, Dimension));
        }
    }

    private static Content Content(in CorpusRow row) => new() { Id = row.Id, Parts = [new TextPart(row.Text)] };
}
