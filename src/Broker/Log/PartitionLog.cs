using System.Buffers;
using System.Globalization;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Log;

internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset = -1, long LogAppendTime = -1);

internal readonly record struct ReadResult(ErrorCode Error, long HighWatermark, long LastStable, long LogStart, LogSlice Slice, IReadOnlyList<AbortedTransaction>? Aborted);

/// <summary>
/// The log of one partition: an ordered list of segments, the state of its producers and transactions, and the fetches
/// that wait for it. One lock guards the state; records are read outside it.
/// </summary>
internal sealed class PartitionLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<LogSegment> _segments = [];
    private readonly ProducerStates _producers = new();
    private readonly TransactionIndex _transactions = new();
    private readonly HashSet<FetchSignal> _waiting = [];
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly NumberFile _startFile;
    private LogSettings _settings;
    private long _logStart;
    private long _end;
    private bool _closed;

    public PartitionLog(string folder, LogSettings settings, TimeProvider time)
    {
        _folder = folder;
        _settings = settings;
        _time = time;
        Directory.CreateDirectory(folder);
        _startFile = new NumberFile(Path.Combine(folder, "log-start"));
        Recover();
    }

    public (long Start, long LastStable, long End) Bounds
    {
        get
        {
            lock (_lock)
            {
                return (_logStart, LastStable, _end);
            }
        }
    }

    private LogSegment Active => _segments[^1];

    private long LastStable => _transactions.FirstOpenOffset ?? _end;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Configure(LogSettings settings)
    {
        lock (_lock)
        {
            _settings = settings;
        }
    }

    public AppendResult Append(ReadOnlySpan<byte> batch)
    {
        var error = RecordBatch.Check(batch, out var header);
        if (error != ErrorCode.None)
        {
            return new(error);
        }

        lock (_lock)
        {
            if (_closed)
            {
                return new(ErrorCode.UnknownTopicOrPartition);
            }

            error = Accepts(batch, header, out var duplicateOf);
            if (error != ErrorCode.None || duplicateOf is not null)
            {
                return new(error, duplicateOf ?? -1);
            }

            var appendTime = _settings.LogAppendTime ? Now : -1;
            var buffer = ArrayPool<byte>.Shared.Rent(batch.Length);
            var stored = buffer.AsSpan(0, batch.Length);
            batch.CopyTo(stored);
            header = header with { BaseOffset = _end };
            if (appendTime >= 0)
            {
                header = header with { Attributes = (short)(header.Attributes | BatchHeader.LogAppendTimeFlag), MaxTimestamp = appendTime };
            }
            else
            {
                header = header with { Attributes = (short)(header.Attributes & ~BatchHeader.LogAppendTimeFlag) };
            }

            RecordBatch.Seal(stored, header);
            Write(stored, header);
            ArrayPool<byte>.Shared.Return(buffer);
            return new(ErrorCode.None, header.BaseOffset, appendTime);
        }
    }

    /// <summary>Ends a producer's transaction in this partition; nothing is written where none is open.</summary>
    public void EndTransaction(long producerId, short epoch, bool commit)
    {
        lock (_lock)
        {
            if (_closed || !_transactions.IsOpen(producerId))
            {
                return;
            }

            var marker = RecordBatch.Marker(producerId, epoch, commit, _end, Now);
            BatchHeader.TryRead(marker, out var header);
            Write(marker, header);
        }
    }

    public ReadResult Read(long offset, int maxBytes, bool readCommitted, bool atLeastOne)
    {
        LogSegment[] segments;
        long limit, size;
        ReadResult result;
        lock (_lock)
        {
            result = new(ErrorCode.None, _end, LastStable, _logStart, LogSlice.Empty, readCommitted ? [] : null);
            if (_closed)
            {
                return result with { Error = ErrorCode.UnknownTopicOrPartition };
            }

            if (offset < _logStart || offset > _end)
            {
                return result with { Error = ErrorCode.OffsetOutOfRange };
            }

            limit = readCommitted ? LastStable : _end;
            if (offset >= limit)
            {
                return result;
            }

            segments = [.. _segments[Floor(offset)..]];
            size = Active.Size;
        }

        var slice = ReadFirst(segments, offset, limit, maxBytes, atLeastOne, size);
        if (slice.Length == 0 || !readCommitted)
        {
            return result with { Slice = slice };
        }

        lock (_lock)
        {
            return result with { Slice = slice, Aborted = _transactions.AbortedWithin(offset, slice.LastOffset) };
        }
    }

    /// <summary>The first record at or after a timestamp, below the last stable offset for readers of committed records.</summary>
    public (long Offset, long Timestamp) FindByTime(long timestamp, bool readCommitted)
    {
        LogSegment[] segments;
        long limit, size, start;
        lock (_lock)
        {
            segments = [.. _segments];
            size = Active.Size;
            start = _logStart;
            limit = readCommitted ? LastStable : _end;
        }

        foreach (var segment in segments)
        {
            if (segment.MaxTimestamp >= timestamp
                && segment.TryFindByTime(timestamp, segment == segments[^1] ? size : segment.Size, out var batch, out var header))
            {
                var found = TimestampSearch.Within(batch.AsSpan(0, header.Size), header, timestamp);
                ArrayPool<byte>.Shared.Return(batch);
                found = found.Offset < start ? (start, found.Timestamp) : found;
                return found.Offset < limit ? found : (-1, -1);
            }
        }

        return (-1, -1);
    }

    /// <summary>Moves the log's start forward; −1 means its end. Null where the offset lies outside the log.</summary>
    public long? DeleteBefore(long offset)
    {
        lock (_lock)
        {
            var target = offset == -1 ? _end : offset;
            if (target < 0 || target > _end)
            {
                return null;
            }

            if (target > _logStart)
            {
                _startFile.Write(target);
                AdvanceStart(target);
            }

            return _logStart;
        }
    }

    /// <summary>Rolls and deletes what the topic's settings let go, and forgets silent producers.</summary>
    public void Maintain(TimeSpan producerExpiry)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            var now = Now;
            _producers.Expire(now - (long)producerExpiry.TotalMilliseconds, _transactions.IsOpen);
            if (_settings.Delete)
            {
                Retain(now);
            }
        }
    }

    public void Register(FetchSignal signal)
    {
        lock (_lock)
        {
            _waiting.Add(signal);
        }
    }

    public void Unregister(FetchSignal signal)
    {
        lock (_lock)
        {
            _waiting.Remove(signal);
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            if (!_closed)
            {
                Active.Flush();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _segments.ForEach(segment => segment.Dispose());
            Announce();
        }
    }

    private ErrorCode Accepts(ReadOnlySpan<byte> batch, in BatchHeader header, out long? duplicateOf)
    {
        duplicateOf = null;
        if (batch.Length > _settings.MaxMessageBytes)
        {
            return ErrorCode.MessageTooLarge;
        }

        if (_settings.Compact && header.Compression == 0 && !Records.AllHaveKeys(batch[BatchHeader.Bytes..]))
        {
            return ErrorCode.InvalidRecord;
        }

        return _producers.Check(header, out duplicateOf);
    }

    private void Write(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        if (Active.Size > 0 && (Active.Size + batch.Length > _settings.SegmentBytes || Now - Active.FirstTimestamp > _settings.SegmentMs))
        {
            Roll();
        }

        Active.Append(batch, header);
        _producers.Apply(header);
        _transactions.Apply(header, batch);
        _end = header.LastOffset + 1;
        Announce();
    }

    private void Announce()
    {
        foreach (var signal in _waiting)
        {
            signal.Set();
        }

        _waiting.Clear();
    }

    private void Roll() => _segments.Add(new LogSegment(_folder, _end));

    private void Retain(long now)
    {
        if (Active.Size > 0 && IsExpired(Active, now))
        {
            Roll();
        }

        var total = _segments.Sum(segment => segment.Size);
        while (_segments.Count > 1 && _segments[1].BaseOffset <= LastStable)
        {
            var oldest = _segments[0];
            var tooMuch = _settings.RetentionBytes >= 0 && total - oldest.Size >= _settings.RetentionBytes;
            if (!tooMuch && !IsExpired(oldest, now))
            {
                return;
            }

            total -= oldest.Size;
            AdvanceStart(_segments[1].BaseOffset);
        }
    }

    private bool IsExpired(LogSegment segment, long now) => _settings.RetentionMs >= 0 && segment.MaxTimestamp < now - _settings.RetentionMs;

    private void AdvanceStart(long offset)
    {
        _logStart = Math.Max(_logStart, offset);
        while (_segments.Count > 1 && _segments[1].BaseOffset <= _logStart)
        {
            _segments[0].Delete();
            _segments.RemoveAt(0);
        }

        _transactions.TrimTo(_logStart);
    }

    private int Floor(long offset)
    {
        var index = _segments.FindLastIndex(segment => segment.BaseOffset <= offset);
        return Math.Max(index, 0);
    }

    private static LogSlice ReadFirst(LogSegment[] segments, long offset, long limit, int maxBytes, bool atLeastOne, long activeSize)
    {
        foreach (var segment in segments)
        {
            try
            {
                if (segment.Read(offset, limit, maxBytes, atLeastOne, segment == segments[^1] ? activeSize : segment.Size) is { } slice)
                {
                    return slice;
                }
            }
            catch (ObjectDisposedException)
            {
                // Retention deleted the file under this read; the client's next fetch is told that its offset is gone.
                return LogSlice.Empty;
            }
        }

        return LogSlice.Empty;
    }

    private void Recover()
    {
        var bases = Directory.EnumerateFiles(_folder, "*.log")
            .Select(file => long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture))
            .Order()
            .ToList();
        foreach (var baseOffset in bases)
        {
            var segment = new LogSegment(_folder, baseOffset);
            if (baseOffset < _end)
            {
                // Left over from a compaction that was cut off after its result had replaced the first file.
                segment.Delete();
                continue;
            }

            _end = baseOffset;
            segment.Recover(verify: baseOffset == bases[^1], (in BatchHeader header, ReadOnlySpan<byte> batch) =>
            {
                _producers.Apply(header);
                _transactions.Apply(header, batch);
                _end = header.LastOffset + 1;
            });
            _segments.Add(segment);
        }

        if (_segments.Count == 0)
        {
            Roll();
        }

        _logStart = _segments[0].BaseOffset;
        AdvanceStart(Math.Min(_startFile.Read() ?? 0, _end));
    }
}
