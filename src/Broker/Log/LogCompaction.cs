using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vigil.Broker.Log;

/// <summary>
/// What is left of a compacted log: of each key the last record, at its own offset. Tombstones go once they are old.
/// Everything below the last stable offset is decided, so aborted records and markers go too and committed records lose
/// their transactional mark. Each producer keeps its last batch, emptied if need be, because its sequence goes on there.
/// Where nothing is left at the end, an empty batch says how far the log reaches: a reader learns its position from batches.
/// Batches whose codec is not read here stay whole, and so then do tombstones, which may stand against one of their keys.
/// </summary>
internal sealed class LogCompaction
{
    private readonly Dictionary<UInt128, long> _lastOfKey = [];
    private readonly Dictionary<long, long> _lastOfProducer = [];
    private readonly IReadOnlyList<LogSegment> _segments;
    private readonly TransactionIndex _transactions;
    private readonly long _limit;
    private readonly long _end;
    private readonly long _tombstonesFrom;
    private bool _unreadable;
    private long _records;
    private bool _superfluous;
    private bool _oldTombstones;
    private long _surveyed;
    private long _written;

    public LogCompaction(IReadOnlyList<LogSegment> segments, TransactionIndex transactions, long end, LogSettings settings, long now)
    {
        _segments = segments;
        _transactions = transactions;
        _limit = transactions.FirstOpenOffset ?? end;
        _end = end;
        _tombstonesFrom = now - settings.DeleteRetentionMs;
        foreach (var segment in segments)
        {
            segment.Visit(Survey);
        }
    }

    public bool IsWorthwhile => _superfluous || _surveyed < _end || _records > _lastOfKey.Count || (_oldTombstones && !_unreadable);

    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        foreach (var segment in _segments)
        {
            segment.Visit((in BatchHeader header, ReadOnlySpan<byte> batch) => Copy(header, batch, file));
        }

        if (_written < _end)
        {
            WriteBatch(new BatchHeader(_end - 1, 0, 0, 0, 0, -1, -1, -1, -1, -1, 0), [], 0, 0, file);
        }
    }

    private void Survey(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        _surveyed = header.LastOffset + 1;
        if (header.BaseOffset >= _limit)
        {
            return;
        }

        if (header.IsControl || IsAborted(header))
        {
            _superfluous = true;
            return;
        }

        if (header.HasProducer)
        {
            _lastOfProducer[header.ProducerId] = header.BaseOffset;
        }

        if (!BatchRecords.TryExpand(batch, header, out var bytes))
        {
            _unreadable |= header.RecordCount > 0;
            return;
        }

        var records = new Records(bytes);
        while (records.TryNext(out var record))
        {
            _records++;
            _oldTombstones |= !record.HasValue && header.MaxTimestamp < _tombstonesFrom;
            if (record.HasKey)
            {
                _lastOfKey[Digest(record.Key)] = header.BaseOffset + record.OffsetDelta;
            }
        }
    }

    private void Copy(in BatchHeader header, ReadOnlySpan<byte> batch, FileStream file)
    {
        if (header.BaseOffset >= _limit)
        {
            file.Write(batch);
            _written = header.LastOffset + 1;
            return;
        }

        if (header.IsControl || IsAborted(header))
        {
            return;
        }

        if (!BatchRecords.TryExpand(batch, header, out var bytes))
        {
            WriteBatch(header, batch[BatchHeader.Bytes..], header.RecordCount, header.Compression, file);
            return;
        }

        var kept = new MemoryStream();
        var count = 0;
        var records = new Records(bytes);
        while (records.TryNext(out var record))
        {
            if (IsKept(header, record))
            {
                kept.Write(record.Raw);
                count++;
            }
        }

        if (count == header.RecordCount)
        {
            WriteBatch(header, batch[BatchHeader.Bytes..], count, header.Compression, file);
        }
        else if (count > 0 || (header.HasProducer && _lastOfProducer[header.ProducerId] == header.BaseOffset))
        {
            WriteBatch(header, kept.GetBuffer().AsSpan(0, (int)kept.Length), count, compression: 0, file);
        }
    }

    private bool IsAborted(in BatchHeader header) => header.IsTransactional && _transactions.IsAborted(header.ProducerId, header.BaseOffset);

    private bool IsKept(in BatchHeader header, in Record record) =>
        !record.HasKey
        || (_lastOfKey[Digest(record.Key)] == header.BaseOffset + record.OffsetDelta
            && (record.HasValue || _unreadable || header.MaxTimestamp >= _tombstonesFrom));

    private void WriteBatch(in BatchHeader header, ReadOnlySpan<byte> records, int count, int compression, FileStream file)
    {
        var batch = new byte[BatchHeader.Bytes + records.Length];
        records.CopyTo(batch.AsSpan(BatchHeader.Bytes));
        var attributes = (header.Attributes & ~(BatchHeader.TransactionalFlag | BatchHeader.CompressionMask)) | compression;
        RecordBatch.Seal(batch, header with { Size = batch.Length, Attributes = (short)attributes, RecordCount = count });
        file.Write(batch);
        _written = header.LastOffset + 1;
    }

    /// <summary>Half a SHA-256: keys of any length in 16 bytes, and no two of them alike by chance or by design.</summary>
    private static UInt128 Digest(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
