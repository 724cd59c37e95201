using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Google.Protobuf;
using Side = Vigil.Contracts.Side;
using State = Vigil.Contracts.Wire.BankState.Types.State;

namespace Vigil.Recall.Tests;

public sealed class BankTests
{
    private const int Dimension = 16;

    private static readonly float[] Vector = Vectors.Random(new Random(1), Dimension);

    [Fact]
    public void Acquire_BeforeTheFirstSnapshot_IsABug()
    {
        using var bank = new Bank(TimeProvider.System);
        Assert.False(bank.IsReady);
        Assert.Null(bank.Summary);
        Assert.Throws<InvalidOperationException>(bank.Acquire);
    }

    [Fact]
    public async Task Publish_FirstSnapshot_MakesItReady()
    {
        using var log = new BankLog();
        using var bank = new Bank(log.Time);
        var waiting = bank.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        bank.Publish(log.Follower.Next());
        await waiting;
        Assert.True(bank.IsReady);
    }

    [Fact]
    public async Task Publish_OldSnapshotStillHeld_LivesUntilItIsGivenBack()
    {
        var indexes = new CountedIndexes(IndexBackend.Managed);
        using var log = new BankLog(Dimension, indexes.Backend);
        using var bank = new Bank(log.Time);
        log.PutLive(BankLog.Entry("a", Side.Violation, ["hate"], Vector));
        bank.Publish(log.Follower.Next());
        var held = bank.Acquire();
        log.PutState("a", State.Disabled);
        bank.Publish(log.Follower.Next());
        Assert.Equal(["a"], BankLog.Find(held, Vector, "hate", Side.Violation));
        Assert.Equal(1, indexes.Open);
        held.Dispose();
        await indexes.BecomesAsync(0);
    }

    [Fact]
    public async Task Dispose_EverythingGivenBack_LeavesNoIndexOpen()
    {
        var indexes = new CountedIndexes(IndexBackend.Managed);
        using (var log = new BankLog(Dimension, indexes.Backend))
        {
            using var bank = new Bank(log.Time);
            for (var i = 0; i < 1_000; i++)
            {
                log.PutLive(BankLog.Entry($"{i % 300}", Side.Violation, [i % 7 == 0 ? "hate" : "scam"], Vector));
                if (i % 10 == 0)
                {
                    bank.Publish(log.Follower.Next());
                }
            }

            Assert.True(indexes.Open >= 2, "Both cells hold an index.");
        }

        await indexes.BecomesAsync(0);
    }

    [Fact]
    public void Next_ManyUpdates_KeepsEachCellNearOneFlatIndex()
    {
        using var log = new BankLog();
        var random = new Random(2);
        for (var i = 0; i < 5_000; i++)
        {
            log.PutLive(BankLog.Entry($"{random.Next(2_000)}", Side.Violation, ["hate"], Vector));
            if (i % 20 == 0)
            {
                using var bank = log.Follower.Next();
                var cell = Assert.Single(bank.Cells);
                Assert.InRange(cell.Segments.Count, 1, 2);
                var rows = cell.Segments.Sum(view => view.Segment.Index.Count);
                Assert.InRange(rows, bank.Summary.Live, bank.Summary.Live + 400);
            }
        }
    }

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
        var searches = Enumerable.Range(0, 2).Select(worker => Task.Run(() => SearchUntil(bank, entries, Wide, worker, stop.Token))).ToArray();
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
            // 160 snapshots of 8 MB would be 1.3 GB; other tests of this process run beside this one.
            Assert.True(Environment.WorkingSet - early < 400L << 20, $"{(Environment.WorkingSet - early) >> 20} MB more after 160 swaps.");
        }
    }

    [Fact]
    public void Gauges_OfABank_ShowSizesRefusalsAndStaleness()
    {
        using var log = new BankLog();
        using var bank = new Bank(log.Time);
        bank.Publish(log.Follower.Next());
        log.PutLive(BankLog.Entry("a", Side.Violation, ["hate"], Vector));
        log.Put("b", BankLog.Entry("b", Side.Benign, ["hate"], Vector).ToByteArray());
        log.Put("c", [0xff]);
        log.Time.Advance(TimeSpan.FromSeconds(0.5));
        bank.Publish(log.Follower.Next());
        List<string> seen = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == bank.Meter)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(
            [
                "vigil.bank.refused 1 undecodable",
                "vigil.bank.size 1 benign inert",
                "vigil.bank.size 1 violation live",
                "vigil.bank.staleness 0.5",
            ],
            seen.Order(StringComparer.Ordinal));

        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen.Add(string.Join(' ', [instrument.Name, $"{value}", .. tags.ToArray().Select(tag => $"{tag.Value}")]));
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
