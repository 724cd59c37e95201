using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Tests.Log;

public sealed class LogCompactionTests : IDisposable
{
    private const short Zstd = (short)CompressionCodec.Zstd;

    private static readonly ProducerIdentity Producer = new(7, 0);
    private static readonly LogSettings Compacted = new(Compact: true, Delete: false, -1, -1, SegmentBytes: 200, SegmentMs: 1L << 40, MaxMessageBytes: 1 << 20, LogAppendTime: true, DeleteRetentionMs: 60_000);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ACompactedLog_KeepsTheLastOfEachKeyAndTheBounds()
    {
        Write(Keyed(0, "a=1", "b=1"), Keyed(2, "a=2", "c=1"), Keyed(4, "a=3"));

        using var log = Open();

        Assert.Equal((0, 5), (log.Bounds.Start, log.Bounds.End));
        Assert.Equal(["1:b=1", "3:c=1", "4:a=3"], Contents(log));
        Assert.Equal(ErrorCode.None, log.Append(Keyed(5, "b=2")).Error);
        Assert.Equal(["1:b=1", "3:c=1", "4:a=3", "5:b=2"], Contents(log));
    }

    [Fact]
    public void Open_WithTombstones_DropsThoseThatAreOld()
    {
        Write(Keyed(0, "a=1", "b=1"), Keyed(2, "a"));
        using (var log = Open())
        {
            Assert.Equal(["1:b=1", "2:a"], Contents(log));
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        using var later = Open();
        Assert.Equal(["1:b=1"], Contents(later));
        Assert.Equal(3, later.Bounds.End);
    }

    [Fact]
    public void Open_WithABatchThatCannotBeRead_KeepsItAndEveryTombstone()
    {
        var unreadable = Keyed(0, "a=1");
        BatchHeader.TryRead(unreadable, out var header);
        RecordBatch.Seal(unreadable, header with { Attributes = Zstd });
        Write(unreadable, Keyed(1, "a"), Keyed(2, "b=1"), Keyed(3, "b=2"));
        _time.Advance(TimeSpan.FromMinutes(2));

        using var log = Open();

        Assert.Equal(["1:a", "3:b=2"], Contents(log));
        Assert.Equal(1, Batches(log).Count(batch => batch.Header.Compression == Zstd));
    }

    [Fact]
    public void Append_AfterItsLastBatchWasCompactedAwayTwice_GoesOnInSequence()
    {
        Write(Keyed(0, "a=1"), Keyed(1, "a=2"), Keyed(new(8, 0), 0, "a=3"));
        Open().Dispose();

        using var log = Open();

        Assert.Equal(["2:a=3"], Contents(log));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, log.Append(Keyed(5, "a=4")).Error);
        Assert.Equal(1, log.Append(Keyed(1, "a=2")).BaseOffset);
        Assert.Equal(3, log.Append(Keyed(2, "a=4")).BaseOffset);
    }

    [Fact]
    public void Open_BehindAnOpenTransaction_LeavesItAlone()
    {
        Write(Keyed(new(8, 0), 0, "a=1"), Keyed(new(8, 0), 1, "a=2"), Transactional(Keyed(0, "a=3")), Keyed(new(8, 0), 2, "a=4"));

        using var log = Open();

        Assert.Equal((2, 4), (log.Bounds.LastStable, log.Bounds.End));
        Assert.Equal(["1:a=2", "2:a=3", "3:a=4"], Contents(log));
        log.EndTransaction(Producer.Id, Producer.Epoch, commit: false);
        Assert.Equal([new AbortedTransaction(Producer.Id, 2)], log.Read(2, 1 << 20, readCommitted: true, atLeastOne: true).Aborted);
    }

    [Fact]
    public void Append_WithoutAKey_IsRefused()
    {
        using var log = Open();

        Assert.Equal(ErrorCode.InvalidRecord, log.Append(RawClient.Batch(Producer, 0)).Error);
    }

    private PartitionLog Open() => new(_folder.Path, Compacted, _time);

    private void Write(params byte[][] batches)
    {
        using var log = Open();
        foreach (var batch in batches)
        {
            Assert.Equal(ErrorCode.None, log.Append(batch).Error);
        }
    }

    private static byte[] Keyed(int sequence, params string[] records) => Keyed(Producer, sequence, records);

    /// <summary>Records of one-character keys: "a=1" has a value, "a" is a tombstone.</summary>
    private static byte[] Keyed(ProducerIdentity producer, int sequence, params string[] records)
    {
        var bytes = new List<byte>();
        foreach (var (record, index) in records.Select((record, index) => (record, index)))
        {
            byte[] value = record.Length > 1 ? [2, (byte)record[2]] : [1];
            byte[] body = [0, 0, (byte)(index * 2), 2, (byte)record[0], .. value, 0];
            bytes.AddRange([(byte)(body.Length * 2), .. body]);
        }

        var batch = new byte[BatchHeader.Bytes + bytes.Count];
        bytes.CopyTo(batch, BatchHeader.Bytes);
        RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, 0, records.Length - 1, 0, 0, producer.Id, producer.Epoch, sequence, records.Length));
        return batch;
    }

    private static byte[] Transactional(byte[] batch)
    {
        BatchHeader.TryRead(batch, out var header);
        RecordBatch.Seal(batch, header with { Attributes = BatchHeader.TransactionalFlag });
        return batch;
    }

    private static List<string> Contents(PartitionLog log)
    {
        var contents = new List<string>();
        foreach (var (header, bytes) in Batches(log).Where(batch => batch.Header.Compression == 0 && !batch.Header.IsControl))
        {
            var records = new Records(bytes.AsSpan(BatchHeader.Bytes));
            while (records.TryNext(out var record))
            {
                var value = record.HasValue ? $"={(char)record.Raw[^2]}" : "";
                contents.Add($"{header.BaseOffset + record.OffsetDelta}:{(char)record.Key[0]}{value}");
            }
        }

        return contents;
    }

    private static List<(BatchHeader Header, byte[] Bytes)> Batches(PartitionLog log)
    {
        var batches = new List<(BatchHeader, byte[])>();
        for (var offset = 0L; Read(log, offset).Slice is { Buffer: { } buffer } slice; offset = slice.LastOffset + 1)
        {
            for (var bytes = buffer.AsMemory(0, slice.Length); BatchHeader.TryRead(bytes.Span, out var header); bytes = bytes[header.Size..])
            {
                batches.Add((header, bytes[..header.Size].ToArray()));
            }

            ArrayPool<byte>.Shared.Return(buffer);
        }

        return batches;
    }

    private static ReadResult Read(PartitionLog log, long offset) => log.Read(offset, 1 << 20, readCommitted: false, atLeastOne: true);
}
