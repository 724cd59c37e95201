using System.Buffers;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Log;

internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset = -1, long LogAppendTime = -1);

internal readonly record struct ReadResult(ErrorCode Error, long HighWatermark, long LastStable, long LogStart, LogSlice Slice, IReadOnlyList<AbortedTransaction>? Aborted);

/// <summary>
/// The log of one partition: its files, the state of its producers and transactions, and the fetches that wait for it.
/// One lock guards the state; records are read outside it.
/// </summary>
internal sealed class PartitionLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ProducerStates _producers = new();
    private readonly TransactionIndex _transactions = new();
    private readonly HashSet<FetchSignal> _waiting = [];
    private readonly SegmentList _segments;
    private readonly NumberFile _startFile;
    private readonly TimeProvider _time;
    private LogSettings _settings;
    private long _start;
    private bool _closed;

    public PartitionLog(string folder, LogSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        Directory.CreateDirectory(folder);
        _startFile = new NumberFile(Path.Combine(folder, "log-start"));
        _segments = new SegmentList(folder);
        _segments.Recover(Now, (in BatchHeader header, ReadOnlySpan<byte> batch) => Learn(header, batch));
        if (settings.Compact)
        {
            _segments.Compact(_transactions, settings, Now);
        }

        _start = _segments.Start;
        AdvanceStart(Math.Min(_startFile.Read() ?? 0, _segments.End));
    }

    public (long Start, long LastStable, long End) Bounds
    {
        get
        {
            lock (_lock)
            {
                return (_start, LastStable, _segments.End);
            }
        }
    }

    private long LastStable => _transactions.FirstOpenOffset ?? _segments.End;

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
            error = Accepts(batch, header, out var duplicateOf);
            if (error != ErrorCode.None || duplicateOf is not null)
            {
                return new(error, duplicateOf ?? -1);
            }

            return Store(batch, header);
        }
    }

    /// <summary>Ends a producer's transaction in this partition; nothing is written where none is open.</summary>
    public void EndTransaction(long producerId, short epoch, bool commit)
    {
        lock (_lock)
        {
            if (!_closed && _transactions.IsOpen(producerId))
            {
                var marker = RecordBatch.Marker(producerId, epoch, commit, _segments.End, Now);
                BatchHeader.TryRead(marker, out var header);
                Write(marker, header);
            }
        }
    }

    public ReadResult Read(long offset, int maxBytes, bool readCommitted, bool atLeastOne)
    {
        SegmentView view;
        long limit;
        ReadResult result;
        lock (_lock)
        {
            limit = readCommitted ? LastStable : _segments.End;
            result = new(ErrorCode.None, _segments.End, LastStable, _start, LogSlice.Empty, readCommitted ? [] : null);
            if (_closed)
            {
                return result with { Error = ErrorCode.UnknownTopicOrPartition };
            }

            if (offset < _start || offset > _segments.End)
            {
                return result with { Error = ErrorCode.OffsetOutOfRange };
            }

            if (offset >= limit)
            {
                return result;
            }

            view = _segments.View(offset);
        }

        var slice = view.Read(offset, limit, maxBytes, atLeastOne);
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
        SegmentView view;
        long limit, start;
        lock (_lock)
        {
            view = _segments.View(_start);
            start = _start;
            limit = readCommitted ? LastStable : _segments.End;
        }

        return view.FindByTime(timestamp) is { } found && Math.Max(found.Offset, start) < limit
            ? (Math.Max(found.Offset, start), found.Timestamp)
            : (-1, -1);
    }

    /// <summary>Moves the log's start forward; −1 means its end. Null where the offset lies outside the log.</summary>
    public long? DeleteBefore(long offset)
    {
        lock (_lock)
        {
            var target = offset == -1 ? _segments.End : offset;
            if (_closed || target < 0 || target > _segments.End)
            {
                return null;
            }

            if (target > _start)
            {
                _startFile.Write(target);
                AdvanceStart(target);
            }

            return _start;
        }
    }

    /// <summary>Deletes what the topic's settings let go, and forgets silent producers.</summary>
    public void Maintain(TimeSpan producerExpiry)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _producers.Expire(Now - (long)producerExpiry.TotalMilliseconds, _transactions.IsOpen);
            if (_settings.Delete)
            {
                _segments.Retain(_settings, LastStable, Now);
                AdvanceStart(_segments.Start);
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

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _segments.Dispose();
            Announce();
        }
    }

    private ErrorCode Accepts(ReadOnlySpan<byte> batch, in BatchHeader header, out long? duplicateOf)
    {
        duplicateOf = null;
        if (_closed)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

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

    private AppendResult Store(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        var appendTime = _settings.LogAppendTime ? Now : -1;
        var stored = header.At(_segments.End, appendTime);
        var buffer = ArrayPool<byte>.Shared.Rent(batch.Length);
        try
        {
            var copy = buffer.AsSpan(0, batch.Length);
            batch.CopyTo(copy);
            RecordBatch.Seal(copy, stored);
            Write(copy, stored);
        }
        catch (IOException)
        {
            // The disk is full or failing. Nothing was learnt of the batch, and the next one is written over what there is of it.
            return new(ErrorCode.KafkaStorageError);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new(ErrorCode.None, stored.BaseOffset, appendTime);
    }

    private void Write(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        _segments.Append(batch, header, _settings, Now);
        Learn(header, batch);
        Announce();
    }

    private void Learn(in BatchHeader header, ReadOnlySpan<byte> batch)
    {
        _producers.Apply(header, Now);
        _transactions.Apply(header, batch);
    }

    private void Announce()
    {
        foreach (var signal in _waiting)
        {
            signal.Set();
        }

        _waiting.Clear();
    }

    private void AdvanceStart(long offset)
    {
        _start = Math.Max(_start, offset);
        _segments.DropBelow(_start);
        _transactions.TrimTo(_start);
    }
}
