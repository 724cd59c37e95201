using System.Runtime.InteropServices;
using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Recall.Bench;

/// <summary>Entries of random directions, over cells of falling size as labels have them.</summary>
internal sealed class RandomBank(int cells, int dimension)
{
    public const string Embedder = "bench";

    private readonly Random _random = new(1);

    public string[] Policies { get; } = [.. Enumerable.Range(0, 7).Select(i => $"policy-{i}")];

    public IEnumerable<IndexedEntry> Entries(int count) => Enumerable.Range(0, count).Select(Entry);

    public IndexedEntry Entry(int id)
    {
        var bytes = new byte[dimension];
        _random.NextBytes(bytes);
        // The square of a uniform number: a few large cells, many small ones.
        var cell = (int)(cells * Math.Pow(_random.NextDouble(), 2));
        var entry = new IndexedEntry { Id = $"entry-{id}", Side = cell % 2 == 0 ? Side.Violation : Side.Benign, Embedder = Embedder };
        entry.Policies.AddRange(Policies.Where((_, i) => ((cell / 2) + 1 >> i & 1) == 1));
        entry.Vectors.Add(new EntryVector { Quantised = ByteString.CopyFrom(bytes), Scale = 0.01f });
        entry.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Sha256, Value = ByteString.CopyFrom(Unique(id, 32)) });
        return entry;
    }

    public Contracts.EmbeddingBatch Queries(int count)
    {
        var batch = Contracts.EmbeddingBatch.Rent(count, dimension);
        for (var row = 0; row < count; row++)
        {
            double squares = 0;
            foreach (ref var value in batch.Row(row))
            {
                value = (float)(_random.NextDouble() - 0.5);
                squares += value * value;
            }

            foreach (ref var value in batch.Row(row))
            {
                value /= (float)Math.Sqrt(squares);
            }
        }

        return batch;
    }

    private static byte[] Unique(int id, int length)
    {
        var bytes = new byte[length];
        MemoryMarshal.Write(bytes, id);
        return bytes;
    }
}
