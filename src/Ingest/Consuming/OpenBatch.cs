namespace Vigil.Ingest;

/// <summary>Gathers records until the batch is full by count, bytes or text, or old enough. Poll thread only.</summary>
internal sealed class OpenBatch(IngestOptions options, TimeProvider time)
{
    private List<ConsumedRecord> _records = new(options.BatchRecords);
    private long _bytes;
    private long _textBytes;
    private long _openedAt;

    public bool IsEmpty => _records.Count == 0;

    public bool IsFull => _records.Count >= options.BatchRecords || _bytes >= options.BatchBytes || _textBytes >= options.BatchTextBytes;

    public bool IsDue => !IsEmpty && (IsFull || Age >= TimeSpan.FromMilliseconds(options.BatchMilliseconds));

    /// <summary>Until the batch is due by age, in whole milliseconds, since the client counts no less; zero when it is.</summary>
    public TimeSpan Patience => IsEmpty
        ? TimeSpan.FromMilliseconds(options.BatchMilliseconds)
        : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(options.BatchMilliseconds - Age.TotalMilliseconds)));

    private TimeSpan Age => time.GetElapsedTime(_openedAt);

    public void Add(ConsumedRecord record)
    {
        if (IsEmpty)
        {
            _openedAt = time.GetTimestamp();
        }

        _records.Add(record);
        _bytes += record.Size;
        _textBytes += TextWeight.Of(record.Value);
    }

    /// <summary>Takes the records of lost partitions out.</summary>
    public void Strip(IReadOnlyCollection<int> partitions)
    {
        _records.RemoveAll(record => partitions.Contains(record.Partition));
        _bytes = _records.Sum(record => record.Size);
        _textBytes = _records.Sum(record => TextWeight.Of(record.Value));
    }

    public IReadOnlyList<ConsumedRecord> Take()
    {
        var records = _records;
        Clear();
        return records;
    }

    public void Clear()
    {
        _records = new(options.BatchRecords);
        _bytes = 0;
        _textBytes = 0;
    }
}
