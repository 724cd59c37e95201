using System.Buffers;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Vigil.Broker.Log;

/// <summary>
/// One file of record batches, named by its first offset, with a sparse index in memory: one entry for about every
/// 4 KiB, so that memory stays near one per cent of the log. The caller serialises appends; reads run beside them,
/// bounded by the size that the caller saw.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    private const int IndexInterval = 4096;

    private readonly SafeFileHandle _file;
    private readonly List<IndexEntry> _index = [];
    private long _nextIndexAt;

    public LogSegment(string folder, long baseOffset, long openedAt)
    {
        BaseOffset = baseOffset;
        OpenedAt = openedAt;
        Path = PathOf(folder, baseOffset);
        _file = File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        Size = RandomAccess.GetLength(_file);
    }

    public string Path { get; }

    public long BaseOffset { get; }

    public long Size { get; private set; }

    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>By the broker's clock, whatever times the records claim.</summary>
    public long OpenedAt { get; }

    public static string PathOf(string folder, long baseOffset) =>
        System.IO.Path.Combine(folder, baseOffset.ToString("D20", CultureInfo.InvariantCulture) + ".log");

    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        RandomAccess.Write(_file, batch, Size);
        Index(header, Size);
        Size += batch.Length;
    }

    /// <summary>
    /// Walks the batches of a file that a former process left, cuts a torn tail off and builds the index. Only the
    /// newest file can be torn by a crash, so only there are checksums computed (<paramref name="verify"/>).
    /// </summary>
    public void Recover(bool verify, BatchVisitor visit)
    {
        var length = Size;
        long position = 0;
        while (TryReadBatch(position, length, out var buffer, out var header))
        {
            var batch = buffer.AsSpan(0, header.Size);
            var sound = !verify || RecordBatch.HasValidCrc(batch, header);
            if (sound)
            {
                visit(header, batch);
                Index(header, position);
                position += header.Size;
            }

            ArrayPool<byte>.Shared.Return(buffer);
            if (!sound)
            {
                break;
            }
        }

        if (position < length)
        {
            RandomAccess.SetLength(_file, position);
        }

        Size = position;
    }

    /// <summary>Shows every batch, oldest first.</summary>
    public void Visit(BatchVisitor visit)
    {
        for (var position = 0L; TryReadBatch(position, Size, out var buffer, out var header); position += header.Size)
        {
            visit(header, buffer.AsSpan(0, header.Size));
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Reads whole batches that reach from <paramref name="offset"/> to below <paramref name="limit"/>, at most
    /// <paramref name="maxBytes"/> of them; the first one whatever its size if <paramref name="atLeastOne"/>.
    /// </summary>
    /// <returns>Null where this segment has no batch that reaches to the offset, so that the next segment has to be asked.</returns>
    public LogSlice? Read(long offset, long limit, int maxBytes, bool atLeastOne, long size)
    {
        var start = Locate(offset, size, out var first);
        if (start < 0)
        {
            return null;
        }

        if (first.BaseOffset >= limit || (first.Size > maxBytes && !atLeastOne))
        {
            return LogSlice.Empty;
        }

        var wanted = (int)Math.Min(Math.Max(maxBytes, first.Size), size - start);
        var buffer = ArrayPool<byte>.Shared.Rent(wanted);
        ReadExactly(buffer.AsSpan(0, wanted), start);
        var length = 0;
        var last = -1L;
        while (BatchHeader.TryRead(buffer.AsSpan(length, wanted - length), out var header) && header.Size <= wanted - length && header.BaseOffset < limit)
        {
            length += header.Size;
            last = header.LastOffset;
        }

        return new LogSlice(buffer, length, last);
    }

    /// <summary>The first batch with a timestamp at or after <paramref name="timestamp"/>, whole, in a pooled buffer.</summary>
    public bool TryFindByTime(long timestamp, long size, out byte[] buffer, out BatchHeader header)
    {
        var position = 0L;
        lock (_index)
        {
            foreach (var entry in _index.TakeWhile(entry => entry.MaxTimestampBefore < timestamp))
            {
                position = entry.Position;
            }
        }

        while (TryReadHeader(position, size, out header))
        {
            if (header.MaxTimestamp >= timestamp)
            {
                return TryReadBatch(position, size, out buffer, out header);
            }

            position += header.Size;
        }

        buffer = [];
        return false;
    }

    public void Dispose() => _file.Dispose();

    public void Delete()
    {
        Dispose();
        File.Delete(Path);
    }

    private void Index(in BatchHeader header, long position)
    {
        if (position >= _nextIndexAt)
        {
            lock (_index)
            {
                _index.Add(new IndexEntry(header.BaseOffset, position, MaxTimestamp));
            }

            _nextIndexAt = position + IndexInterval;
        }

        MaxTimestamp = Math.Max(MaxTimestamp, header.MaxTimestamp);
    }

    /// <summary>The position of the first batch whose last offset is not below <paramref name="offset"/>; −1 if there is none.</summary>
    private long Locate(long offset, long size, out BatchHeader header)
    {
        var position = FloorPosition(offset);
        while (TryReadHeader(position, size, out header))
        {
            if (header.LastOffset >= offset)
            {
                return position;
            }

            position += header.Size;
        }

        return -1;
    }

    private long FloorPosition(long offset)
    {
        lock (_index)
        {
            var low = 0;
            var high = _index.Count - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (_index[middle].BaseOffset <= offset)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle - 1;
                }
            }

            return high < 0 ? 0 : _index[high].Position;
        }
    }

    private bool TryReadHeader(long position, long size, out BatchHeader header)
    {
        header = default;
        if (position + BatchHeader.Bytes > size)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[BatchHeader.Bytes];
        ReadExactly(bytes, position);
        return BatchHeader.TryRead(bytes, out header) && position + header.Size <= size;
    }

    private bool TryReadBatch(long position, long size, out byte[] buffer, out BatchHeader header)
    {
        buffer = [];
        if (!TryReadHeader(position, size, out header))
        {
            return false;
        }

        buffer = ArrayPool<byte>.Shared.Rent(header.Size);
        ReadExactly(buffer.AsSpan(0, header.Size), position);
        return true;
    }

    private void ReadExactly(Span<byte> target, long position)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(_file, target, position);
            if (read <= 0)
            {
                throw new EndOfStreamException($"{Path} ends before its recorded size.");
            }

            target = target[read..];
            position += read;
        }
    }

    private readonly record struct IndexEntry(long BaseOffset, long Position, long MaxTimestampBefore);
}

internal delegate void BatchVisitor(in BatchHeader header, ReadOnlySpan<byte> batch);

/// <summary>Whole batches in a buffer rented from the shared pool; whoever gets it returns the buffer.</summary>
internal readonly record struct LogSlice(byte[]? Buffer, int Length, long LastOffset)
{
    public static readonly LogSlice Empty = new(null, 0, -1);
}
