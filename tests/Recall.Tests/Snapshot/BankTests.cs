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
}
