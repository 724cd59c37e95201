using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;
using State = Vigil.Contracts.Wire.BankState.Types.State;

namespace Vigil.Recall.Tests;

/// <summary>A bank-index topic in memory, with a follower on it.</summary>
internal sealed class BankLog : IDisposable
{
    public const string Embedder = "encoder-a";

    private readonly List<BankSnapshot> _snapshots = [];
    private long _offset;

    public BankLog(int dimension = 16, IndexBackend? backend = null)
    {
        Follower = new BankFollower(Embedder, dimension, backend ?? IndexBackend.Managed, Time);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public BankFollower Follower { get; }

    public List<(byte[]? Key, byte[]? Value)> Records { get; } = [];

    public static IndexedEntry Entry(string id, Side side, string[] policies, params float[][] vectors)
    {
        var entry = new IndexedEntry { Id = id, Side = (Contracts.Wire.Side)side, Embedder = Embedder, Source = "test" };
        entry.Policies.AddRange(policies);
        foreach (var vector in vectors)
        {
            var wire = new EntryVector();
            wire.Values.AddRange(vector);
            entry.Vectors.Add(wire);
        }

        return entry;
    }

    public void Put(byte[]? key, byte[]? value)
    {
        Records.Add((key, value));
        Follower.Apply(key, value, _offset, Time.GetUtcNow());
        _offset += 2;
    }

    public void Put(string key, byte[]? value) => Put(Encoding.UTF8.GetBytes(key), value);

    public void PutState(string id, State state, DateTimeOffset? expires = null) => Put(
        BankKeys.StateOf(id),
        new BankState { State = state, ExpiresAt = expires is { } at ? Timestamp.FromDateTimeOffset(at) : null }.ToByteArray());

    /// <summary>State first, then the entry, as adding does.</summary>
    public void PutLive(IndexedEntry entry, string? key = null)
    {
        PutState(entry.Id, State.Live);
        Put(key ?? entry.Id, entry.ToByteArray());
    }

    public BankSnapshot Next()
    {
        var next = Follower.Next();
        _snapshots.Add(next);
        return next;
    }

    /// <summary>Ids found for one query, most similar first.</summary>
    public static string[] Find(BankSnapshot bank, float[] query, string policy, Side side, int k = 10)
    {
        using var queries = Queries(query);
        using var found = Recaller.Search(queries, bank, [policy], k);
        return [.. Ids(found, 0, 0, side)];
    }

    public static IEnumerable<string> Ids(NeighbourBatch found, int query, int policy, Side side)
    {
        var ids = new List<string>();
        foreach (var entry in found.Entries(query, policy, side))
        {
            if (entry < 0)
            {
                break;
            }

            ids.Add(found.Bank[entry].Id);
        }

        return ids;
    }

    public static EmbeddingBatch Queries(params float[][] vectors)
    {
        var batch = EmbeddingBatch.Rent(vectors.Length, vectors[0].Length);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i].CopyTo(batch.Row(i));
        }

        return batch;
    }

    public void Dispose()
    {
        _snapshots.ForEach(snapshot => snapshot.Dispose());
        Follower.Dispose();
    }
}
