using System.Collections.Immutable;
using Google.Protobuf;
using Side = Vigil.Contracts.Side;

namespace Vigil.Recall.Tests;

/// <summary>Memory of a process in which snapshot after snapshot is published under load: pitfall 2. Alone, since what other tests take would count.</summary>
[CollectionDefinition(nameof(BankSwap), DisableParallelization = true)]
public sealed class BankSwap;

[Collection(nameof(BankSwap))]
public sealed class BankSwapTests
{
    [Theory]
    [InlineData("faiss")]
    [InlineData("managed")]
    public async Task Publish_TwoHundredSwapsUnderLoad_FreesMemoryAndAnswersRight(string kind)
    {
        const int Rows = 4_000;
        const int Wide = 512;
        if (kind == "faiss")
        {
            NativeLibrary.Require();
        }

        var indexes = new CountedIndexes(kind == "faiss" ? IndexBackend.Faiss : IndexBackend.Managed);
        var random = new Random(3);
        var entries = Enumerable.Range(0, Rows).Select(i => Stored(i, Vectors.Random(random, Wide))).ToArray();
        using var bank = new Bank(TimeProvider.System);
        bank.Publish(Snapshot(indexes.Backend, entries, Wide));
        using var stop = new CancellationTokenSource();
        var searches = Enumerable.Range(0, 2).Select(worker => Task.Factory.StartNew(() => SearchUntil(bank, entries, Wide, worker, stop.Token), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        long early = 0;
        for (var swap = 0; swap < 200; swap++)
        {
            bank.Publish(Snapshot(indexes.Backend, entries, Wide));
            if (swap == 40)
            {
                early = Environment.WorkingSet;
            }
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(searches), answered => Assert.True(answered > 0));
        await indexes.BecomesAsync(1);
        if (kind == "faiss")
        {
            // 160 snapshots of 8 MB would be 1.3 GB.
            Assert.True(Environment.WorkingSet - early < 400L << 20, $"{(Environment.WorkingSet - early) >> 20} MB more after 160 swaps.");
        }
    }

    private static StoredEntry Stored(int id, float[] vector)
    {
        var wire = BankLog.Entry($"{id}", Side.Violation, ["hate"], vector);
        return new IndexedEntryReader(BankLog.Embedder, vector.Length).Read(wire.Id, wire.ToByteArray()).Entry!;
    }

    private static BankSnapshot Snapshot(IndexBackend backend, StoredEntry[] entries, int dimension)
    {
        var segment = Segment.Build(backend, dimension, entries);
        long[] until = [.. Enumerable.Repeat(long.MaxValue, entries.Length)];
        var cell = new CellView(entries[0].Cell, ["hate"], [new SegmentView(segment, until, Whole: true, FirstEntry: 0)]);
        var summary = new BankSummary("v", backend.Name, BankLog.Embedder, entries.Length, new Dictionary<(Side, string), int>(), new Dictionary<string, int>(), 0, null);
        var snapshot = new BankSnapshot(summary, [cell], ImmutableDictionary<HashKey, ImmutableArray<HashedEntry>>.Empty, TimeProvider.System);
        segment.Release();
        return snapshot;
    }

    private static int SearchUntil(Bank bank, StoredEntry[] entries, int dimension, int worker, CancellationToken stop)
    {
        var answered = 0;
        using var queries = Contracts.EmbeddingBatch.Rent(8, dimension);
        for (var i = 0; i < 8; i++)
        {
            entries[(worker * 100) + i].Vectors[0].Write(queries.Row(i));
        }

        do
        {
            using var snapshot = bank.Acquire();
            using var found = Recaller.Search(queries, snapshot, ["hate"], 1);
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal($"{(worker * 100) + i}", found.Bank[found.Entries(i, 0, Side.Violation)[0]].Id);
            }

            answered++;
        }
        while (!stop.IsCancellationRequested);
        return answered;
    }
}
