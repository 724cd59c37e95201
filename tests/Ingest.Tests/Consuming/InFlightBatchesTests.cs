using Confluent.Kafka;
using static Vigil.Ingest.Tests.TestRecords;

namespace Vigil.Ingest.Tests.Consuming;

/// <summary>The rules of <c>design.md</c> §6.1 at a rebalance and after an abort.</summary>
public sealed class InFlightBatchesTests
{
    private readonly InFlightBatches _inFlight = new();
    private readonly Generation _first = new();
    private readonly Generation _second = new();

    [Fact]
    public void Lose_BatchNotBegun_IsStrippedAndSealedAgain()
    {
        var batch = Batch(1, 2);
        _inFlight.Lose([2]);
        _inFlight.Reseal(_second);

        var seal = _inFlight.Begin(batch)!;
        Assert.Equal([2], seal.Lost);
        Assert.Same(_second, seal.GroupMetadata);
    }

    [Fact]
    public void Lose_PartitionOfABegunBatch_MakesItAbort()
    {
        var batch = Batch(1, 2);
        _inFlight.Begin(batch);
        _inFlight.Lose([2]);

        Assert.True(_inFlight.MustAbort(batch));
    }

    [Fact]
    public void Lose_PartitionThatABegunBatchDoesNotHold_LeavesItAlone()
    {
        var batch = Batch(1);
        _inFlight.Begin(batch);
        _inFlight.Lose([2]);

        Assert.False(_inFlight.MustAbort(batch));
    }

    [Fact]
    public void Reseal_BegunBatch_KeepsTheGenerationItWasSealedIn()
    {
        var batch = Batch(1);
        var seal = _inFlight.Begin(batch)!;
        _inFlight.Reseal(_second);

        Assert.Same(_first, seal.GroupMetadata);
        Assert.Same(_first, batch.GroupMetadata);
    }

    [Fact]
    public void Lose_PartitionThatComesBack_StaysOutOfTheBatch()
    {
        var batch = Batch(1, 2);
        _inFlight.Lose([2]);
        _inFlight.Reseal(_second);
        _inFlight.Reseal(_first);

        Assert.Equal([2], _inFlight.Begin(batch)!.Lost);
    }

    [Fact]
    public void Discard_EveryBatchOfTheEpoch_IsVoid()
    {
        var (first, second) = (Batch(1), Batch(1));
        _inFlight.Begin(first);
        var told = 0L;
        _inFlight.Discard(epoch => told = epoch);

        Assert.True(_inFlight.IsDiscarded(second));
        Assert.Null(_inFlight.Begin(second));
        Assert.Equal((1, 1L, 0), (told, _inFlight.Epoch, _inFlight.Count));
    }

    private SealedBatch Batch(params int[] partitions)
    {
        var batch = new SealedBatch([.. partitions.Select(partition => Record("a", null, partition))], 0, _first, 0);
        _inFlight.Add(batch);
        return batch;
    }

    private sealed class Generation : IConsumerGroupMetadata;
}
