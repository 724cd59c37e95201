using Vigil.Contracts;

namespace Vigil.Rank.Bench;

/// <summary>Batches of texts of invented words, each with a random unit vector and random neighbours.</summary>
internal sealed class InventedItems : IDisposable
{
    public const int Count = 4096;
    public const int Letters = 113;

    private readonly Random _random = new(1);

    public InventedItems(int batch, int dimension, string[] policies)
    {
        BankEntryInfo[] bank = [new("known", Side.Violation, policies, 0, "bench"), new("fine", Side.Benign, policies, 0, "bench")];
        Batches = [.. Enumerable.Range(0, Count / batch).Select(_ => (Items(batch, dimension), Neighbours(batch, policies, bank)))];
    }

    public IReadOnlyList<(EmbeddedBatch Embedded, NeighbourBatch Neighbours)> Batches { get; }

    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("run this below the repository");
    }

    public void Dispose()
    {
        foreach (var (embedded, neighbours) in Batches)
        {
            embedded.Dispose();
            neighbours.Dispose();
        }
    }

    private EmbeddedBatch Items(int count, int dimension)
    {
        var vectors = EmbeddingBatch.Rent(count, dimension);
        var items = new EmbeddedItem[count];
        for (var row = 0; row < count; row++)
        {
            var text = Text();
            items[row] = new(new() { Id = $"item-{row}", Parts = [new TextPart(text)] }, [], [], [new TextWindow(0, 0, text, 25, 0)], row, false);
            var length = 0f;
            foreach (ref var number in vectors.Row(row))
            {
                number = _random.NextSingle() - 0.5f;
                length += number * number;
            }

            foreach (ref var number in vectors.Row(row))
            {
                number /= MathF.Sqrt(length);
            }
        }

        return new(items, vectors);
    }

    private NeighbourBatch Neighbours(int count, string[] policies, BankEntryInfo[] bank)
    {
        var neighbours = NeighbourBatch.Rent(count, policies, ItemRanker.Neighbours, bank, "bench", "managed");
        for (var row = 0; row < count; row++)
        {
            for (var policy = 0; policy < policies.Length; policy++)
            {
                foreach (var side in new[] { Side.Violation, Side.Benign })
                {
                    var similarities = neighbours.Similarities(row, policy, side);
                    similarities.Fill(0.4f + (0.3f * _random.NextSingle()));
                    neighbours.Entries(row, policy, side).Fill(side == Side.Violation ? 0 : 1);
                }
            }
        }

        return neighbours;
    }

    private string Text()
    {
        var letters = new char[Letters];
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = _random.Next(6) == 0 ? ' ' : (char)('a' + _random.Next(26));
        }

        return new(letters);
    }
}
