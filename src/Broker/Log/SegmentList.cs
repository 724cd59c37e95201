using System.Buffers;
using System.Globalization;

namespace Vigil.Broker.Log;

/// <summary>The files of one partition, oldest first; the last is written to. Not synchronised: the log that owns it holds a lock, and reads go through a <see cref="SegmentView"/>.</summary>
internal sealed class SegmentList(string folder) : IDisposable
{
    private readonly List<LogSegment> _segments = [];

    /// <summary>The offset that the next record gets.</summary>
    public long End { get; private set; }

    public long Start => _segments[0].BaseOffset;

    private LogSegment Active => _segments[^1];

    /// <summary>Opens what a former process left, cuts a torn tail off, and shows every batch to <paramref name="visit"/>.</summary>
    public void Recover(long now, BatchVisitor visit)
    {
        File.Delete(Compacting);
        var bases = Directory.EnumerateFiles(folder, "*.log")
            .Select(file => long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture))
            .Order()
            .ToList();
        foreach (var baseOffset in bases)
        {
            var segment = new LogSegment(folder, baseOffset, now);
            if (baseOffset < End)
            {
                // Left over from a compaction that was cut off after its result had taken the first file's place.
                segment.Delete();
                continue;
            }

            End = baseOffset;
            segment.Recover(verify: baseOffset == bases[^1], (in BatchHeader header, ReadOnlySpan<byte> batch) =>
            {
                End = header.LastOffset + 1;
                visit(header, batch);
            });
            _segments.Add(segment);
        }

        if (_segments.Count == 0)
        {
            Roll(now);
        }
    }

    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header, LogSettings settings, long now)
    {
        var full = Active.Size + batch.Length > settings.SegmentBytes || now - Active.OpenedAt > settings.SegmentMs;
        if (Active.Size > 0 && full)
        {
            Roll(now);
        }

        Active.Append(batch, header);
        End = header.LastOffset + 1;
    }

    public SegmentView View(long fromOffset)
    {
        var first = Math.Max(0, _segments.FindLastIndex(segment => segment.BaseOffset <= fromOffset));
        return new SegmentView([.. _segments[first..].Select(segment => (segment, segment.Size))]);
    }

    /// <summary>Deletes the oldest files that the settings let go, none of them at or above <paramref name="limit"/>.</summary>
    public void Retain(LogSettings settings, long limit, long now)
    {
        bool Expired(LogSegment segment) => settings.RetentionMs >= 0 && segment.MaxTimestamp < now - settings.RetentionMs;

        if (Active.Size > 0 && Expired(Active))
        {
            Roll(now);
        }

        var total = _segments.Sum(segment => segment.Size);
        while (_segments.Count > 1 && _segments[1].BaseOffset <= limit)
        {
            var oldest = _segments[0];
            var surplus = settings.RetentionBytes >= 0 && total - oldest.Size >= settings.RetentionBytes;
            if (!surplus && !Expired(oldest))
            {
                return;
            }

            total -= oldest.Size;
            DropOldest();
        }
    }

    /// <summary>Deletes the files whose records all lie below an offset.</summary>
    public void DropBelow(long offset)
    {
        while (_segments.Count > 1 && _segments[1].BaseOffset <= offset)
        {
            DropOldest();
        }
    }

    /// <summary>Rewrites all files as one that holds what compaction keeps; only before anything is served.</summary>
    public void Compact(TransactionIndex transactions, LogSettings settings, long now)
    {
        var compaction = new LogCompaction(_segments, transactions, End, settings, now);
        if (!compaction.IsWorthwhile)
        {
            return;
        }

        compaction.Write(Compacting);
        var start = Start;
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        // Once the result stands in the first file's place, the others are known to be superseded by their offsets.
        File.Move(Compacting, LogSegment.PathOf(folder, start), overwrite: true);
        foreach (var segment in _segments.Skip(1))
        {
            File.Delete(segment.Path);
        }

        _segments.Clear();
        var compacted = new LogSegment(folder, start, now);
        compacted.Recover(verify: false, static (in BatchHeader _, ReadOnlySpan<byte> _) => { });
        _segments.Add(compacted);
        Roll(now);
    }

    public void Dispose() => _segments.ForEach(segment => segment.Dispose());

    private string Compacting => Path.Combine(folder, "compacting");

    private void Roll(long now) => _segments.Add(new LogSegment(folder, End, now));

    private void DropOldest()
    {
        _segments[0].Delete();
        _segments.RemoveAt(0);
    }
}

/// <summary>The files as they stood at one moment: reads through it see no half-written batch.</summary>
internal readonly struct SegmentView((LogSegment Segment, long Size)[] segments)
{
    public LogSlice Read(long offset, long limit, int maxBytes, bool atLeastOne)
    {
        try
        {
            foreach (var (segment, size) in segments)
            {
                if (segment.Read(offset, limit, maxBytes, atLeastOne, size) is { } slice)
                {
                    return slice;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // Retention deleted the file under this read; the client's next fetch is told that its offset is gone.
        }

        return LogSlice.Empty;
    }

    /// <summary>The first record at or after a timestamp.</summary>
    public (long Offset, long Timestamp)? FindByTime(long timestamp)
    {
        try
        {
            foreach (var (segment, size) in segments)
            {
                if (segment.MaxTimestamp >= timestamp && segment.TryFindByTime(timestamp, size, out var batch, out var header))
                {
                    var found = TimestampSearch.Within(batch.AsSpan(0, header.Size), header, timestamp);
                    ArrayPool<byte>.Shared.Return(batch);
                    return found;
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // As above: deleted under this search.
        }

        return null;
    }
}
