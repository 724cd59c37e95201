using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;
using Vigil.Recall;
using EmbeddingBatch = Vigil.Contracts.EmbeddingBatch;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// Banks of any size for a bench: the starter bank's entries and, beyond those, entries near to them on the same side and of
/// the same policies, so that the cells are shaped as they really are. The same ones every time.
/// </summary>
internal sealed class BenchBank(StarterBank starter)
{
    private const int Seed = 20260107;

    // Of the 127 steps to either side that a number has: near enough to be a look-alike, far enough to be another vector.
    private const int Noise = 12;

    public int Dimension => starter.Manifest.Dimension;

    public string Embedder => starter.Manifest.Embedder;

    public IEnumerable<IndexedEntry> Entries(int count)
    {
        var shipped = starter.ToIndexed().ToList();
        var random = new Random(Seed);
        for (var i = 0; i < count; i++)
        {
            yield return i < shipped.Count ? shipped[i] : LookAlike(shipped[i % shipped.Count], i, random);
        }
    }

    /// <summary>Queries near to entries, as unit vectors, for the caller to dispose.</summary>
    public EmbeddingBatch Queries(int count)
    {
        var batch = EmbeddingBatch.Rent(count, Dimension);
        var random = new Random(Seed + 1);
        for (var row = 0; row < count; row++)
        {
            Write(Moved(starter.Entries[random.Next(starter.Entries.Count)].Vectors[0].Bytes.Span, random), batch.Row(row));
        }

        return batch;
    }

    /// <summary>What a bank role would have written to <c>bank-index</c> by now: entries, live, and that the starter bank is seeded.</summary>
    public IEnumerable<IndexRecord> Records(int count)
    {
        var live = new BankState { State = BankState.Types.State.Live };
        foreach (var entry in Entries(count))
        {
            yield return IndexRecord.Of(BankKeys.StateOf(entry.Id), live, -1);
            yield return IndexRecord.Of(entry.Id, entry, -1);
        }

        yield return IndexRecord.Of(BankKeys.SeededStarter(starter.Manifest.Hash), new StarterSeeded { Hash = starter.Manifest.Hash, Entries = starter.Entries.Count }, -1);
    }

    /// <summary>Writes the unit vector of signed bytes.</summary>
    public static void Write(ReadOnlySpan<byte> quantised, Span<float> target)
    {
        double squares = 0;
        for (var i = 0; i < quantised.Length; i++)
        {
            target[i] = (sbyte)quantised[i];
            squares += target[i] * target[i];
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(target, (float)Math.Sqrt(squares), target);
    }

    // The origin stays: what came with the product is never removed by a bank role.
    private static IndexedEntry LookAlike(IndexedEntry of, int number, Random random)
    {
        var entry = of.Clone();
        entry.Id = $"bench-entry-{number}";
        entry.Hashes.Clear();
        entry.Vectors.Clear();
        entry.Vectors.AddRange(of.Vectors.Select(vector => new EntryVector { Quantised = ByteString.CopyFrom(Moved(vector.Quantised.Span, random)), Scale = vector.Scale }));
        return entry;
    }

    private static byte[] Moved(ReadOnlySpan<byte> vector, Random random)
    {
        var moved = new byte[vector.Length];
        for (var i = 0; i < moved.Length; i++)
        {
            moved[i] = (byte)(sbyte)Math.Clamp((sbyte)vector[i] + random.Next(-Noise, Noise + 1), -127, 127);
        }

        return moved;
    }
}
