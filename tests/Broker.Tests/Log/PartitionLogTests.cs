using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Tests.Log;

public sealed class PartitionLogTests : IDisposable
{
    private static readonly ProducerIdentity Producer = new(7, 0);
    private static readonly LogSettings Keep = new(Compact: false, Delete: true, -1, -1, SegmentBytes: 1 << 20, SegmentMs: 1L << 40, MaxMessageBytes: 1 << 20, LogAppendTime: true, DeleteRetentionMs: 86_400_000);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ATailTornAnywhere_KeepsTheBatchesBefore()
    {
        using (var log = Open(Keep))
        {
            for (var i = 0; i < 3; i++)
            {
                log.Append(RawClient.Batch(Producer, i));
            }
        }

        var file = Directory.EnumerateFiles(_folder.Path, "*.log").Single();
        var whole = File.ReadAllBytes(file);
        var size = whole.Length / 3;
        for (var length = 2 * size; length < whole.Length; length++)
        {
            File.WriteAllBytes(file, whole[..length]);
            using var log = Open(Keep);
            Assert.Equal(2, log.Bounds.End);
            Assert.Equal(ErrorCode.None, log.Append(RawClient.Batch(Producer, 2)).Error);
            Assert.Equal(3, log.Bounds.End);
        }

        // Whole by its length, damaged inside.
        whole[^1] ^= 1;
        File.WriteAllBytes(file, whole);
        using var damaged = Open(Keep);
        Assert.Equal(2, damaged.Bounds.End);
    }

    [Fact]
    public void Append_TheLastFiveBatchesAgain_AreKnownAlsoAfterAStart()
    {
        using (var log = Open(Keep))
        {
            for (var i = 0; i < 8; i++)
            {
                log.Append(RawClient.Batch(Producer, i));
            }
        }

        using var again = Open(Keep);
        for (var i = 3; i < 8; i++)
        {
            Assert.Equal((ErrorCode.None, i), (again.Append(RawClient.Batch(Producer, i)).Error, again.Append(RawClient.Batch(Producer, i)).BaseOffset));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, again.Append(RawClient.Batch(Producer, 2)).Error);
        Assert.Equal(8, again.Bounds.End);
    }

    [Fact]
    public void Append_AfterTheLargestSequence_GoesOnAtZero()
    {
        using var log = Open(Keep);

        Assert.Equal(ErrorCode.None, log.Append(RawClient.Batch(Producer, int.MaxValue - 1, count: 3)).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, log.Append(RawClient.Batch(Producer, 2)).Error);
        Assert.Equal(ErrorCode.None, log.Append(RawClient.Batch(Producer, 1)).Error);
    }

    [Fact]
    public void Read_WithSmallLimits_StillGivesOneBatchAndNeverHalfOfOne()
    {
        using var log = Open(Keep with { SegmentBytes = 200 });
        for (var i = 0; i < 20; i++)
        {
            log.Append(RawClient.Batch(Producer, i));
        }

        var size = RawClient.Batch(Producer, 0).Length;
        Assert.True(Directory.EnumerateFiles(_folder.Path, "*.log").Count() > 5);
        for (var offset = 0; offset < 20; offset++)
        {
            Assert.Equal(size, Length(log, offset, maxBytes: 1, atLeastOne: true));
            Assert.Equal(0, Length(log, offset, maxBytes: 1, atLeastOne: false));
            Assert.Equal(0, Length(log, offset, maxBytes: 10_000, atLeastOne: true) % size);
        }

        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(21, 1, readCommitted: false, atLeastOne: true).Error);
    }

    [Fact]
    public void Maintain_PastRetention_DeletesFilesAndKeepsTheEnd()
    {
        using (var log = Open(Keep with { RetentionMs = 60_000, SegmentMs = 10_000 }))
        {
            for (var i = 0; i < 10; i++)
            {
                log.Append(RawClient.Batch(Producer, i));
                _time.Advance(TimeSpan.FromSeconds(20));
            }

            log.Maintain(TimeSpan.FromDays(1));
            Assert.Equal((7, 10), (log.Bounds.Start, log.Bounds.End));
            _time.Advance(TimeSpan.FromHours(1));
            log.Maintain(TimeSpan.FromDays(1));
            Assert.Equal((10, 10), (log.Bounds.Start, log.Bounds.End));
        }

        using var again = Open(Keep);
        Assert.Equal((10, 10), (again.Bounds.Start, again.Bounds.End));
    }

    [Fact]
    public void Maintain_BeyondAnOpenTransaction_DeletesNothingOfIt()
    {
        using var log = Open(Keep with { RetentionMs = 1_000, SegmentMs = 1_000 });
        log.Append(RawClient.Batch(Producer, 0, transactional: true));
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            log.Append(RawClient.Batch(new(8, 0), i));
        }

        log.Maintain(TimeSpan.FromDays(1));

        Assert.Equal((0, 0), (log.Bounds.Start, log.Bounds.LastStable));
    }

    [Fact]
    public void Maintain_OfASilentProducer_ForgetsItUnlessItsTransactionIsOpen()
    {
        using var log = Open(Keep);
        log.Append(RawClient.Batch(Producer, 0));
        log.Append(RawClient.Batch(new(8, 0), 0, transactional: true));
        _time.Advance(TimeSpan.FromDays(2));

        log.Maintain(TimeSpan.FromDays(1));

        Assert.Equal(ErrorCode.None, log.Append(RawClient.Batch(Producer, 40)).Error);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, log.Append(RawClient.Batch(new(8, 0), 40, transactional: true)).Error);
    }

    [Fact]
    public void DeleteBefore_AnOffset_HoldsAfterAStart()
    {
        using (var log = Open(Keep))
        {
            for (var i = 0; i < 4; i++)
            {
                log.Append(RawClient.Batch(Producer, i));
            }

            Assert.Equal(3, log.DeleteBefore(3));
            Assert.Equal(3, log.DeleteBefore(1));
            Assert.Null(log.DeleteBefore(5));
        }

        using var again = Open(Keep);
        Assert.Equal((3, 4), (again.Bounds.Start, again.Bounds.End));
        Assert.Equal(ErrorCode.OffsetOutOfRange, again.Read(2, 100, readCommitted: false, atLeastOne: true).Error);
        Assert.Equal(4, again.DeleteBefore(-1));
    }

    [Fact]
    public void Open_AfterACompactionCutOffBeforeItsOldFilesWent_DropsThem()
    {
        using (var log = Open(Keep))
        {
            log.Append(RawClient.Batch(Producer, 0, count: 5));
        }

        File.Copy(LogSegment.PathOf(_folder.Path, 0), LogSegment.PathOf(_folder.Path, 3));
        File.WriteAllText(Path.Combine(_folder.Path, "compacting"), "half");

        using var again = Open(Keep);

        Assert.Equal(5, again.Bounds.End);
        Assert.False(File.Exists(LogSegment.PathOf(_folder.Path, 3)));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "compacting")));
    }

    private PartitionLog Open(LogSettings settings) => new(_folder.Path, settings, _time);

    private static int Length(PartitionLog log, long offset, int maxBytes, bool atLeastOne)
    {
        var slice = log.Read(offset, maxBytes, readCommitted: false, atLeastOne).Slice;
        if (slice.Buffer is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return slice.Length;
    }
}
