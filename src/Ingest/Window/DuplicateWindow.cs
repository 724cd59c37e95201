namespace Vigil.Ingest;

/// <summary>
/// Knows duplicates and older revisions, as <c>design.md</c> §5 has it: per partition, bounded, best effort. It learns only
/// from committed transactions, and only queued, cleared and withdrawn records. Records of open batches stand in overlays,
/// oldest first; an abort discards its batch's overlay and all later ones. Thread-safe.
/// </summary>
/// <param name="idsPerPartition">Ids remembered per partition; 0 turns the window off, overlays aside.</param>
public sealed class DuplicateWindow(int idsPerPartition)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, PartitionWindow> _committed = [];
    private readonly List<WindowOverlay> _open = [];
    private long _epoch;

    /// <summary>Opens the overlay of the next batch. A batch of an older epoch was discarded already: its overlay is seen by nobody.</summary>
    /// <param name="records">How many it will be asked to hold at most; only a hint.</param>
    public WindowOverlay Open(long epoch, int records = 0)
    {
        var overlay = new WindowOverlay(records);
        lock (_lock)
        {
            if (epoch == _epoch)
            {
                _open.Add(overlay);
            }
        }

        return overlay;
    }

    /// <summary>Decodes and judges the records of a batch, in order.</summary>
    public List<(DecodedRecord Record, WindowVerdict Verdict)> Decode(SealedBatch batch, WindowOverlay overlay)
    {
        using var timer = IngestTelemetry.Stage("decode");
        var decoded = new List<(DecodedRecord, WindowVerdict)>(batch.Records.Count);
        foreach (var record in batch.Records)
        {
            var one = ContentDecoder.Decode(record);
            decoded.Add((one, Judge(overlay, one)));
        }

        return decoded;
    }

    /// <summary>Judges a record and, unless it is rejected or known, notes it in the overlay of its batch.</summary>
    public WindowVerdict Judge(WindowOverlay overlay, DecodedRecord decoded)
    {
        if (!decoded.HasVersion)
        {
            return WindowVerdict.Fresh;
        }

        var record = decoded.Record;
        lock (_lock)
        {
            var latest = Latest(overlay, record.Partition, decoded.ContentId, record.Offset);
            if (latest is { } known)
            {
                if (!decoded.CoversEverythingEarlier && decoded.Version.Revision < known.Revision)
                {
                    return WindowVerdict.Superseded;
                }

                if (decoded.Kind != DecodedKind.Rejected && !decoded.IsNullValue && !known.NullValue && decoded.Payload == known.Payload)
                {
                    return WindowVerdict.Duplicate;
                }
            }

            if (decoded.Kind != DecodedKind.Rejected)
            {
                var revision = decoded.CoversEverythingEarlier ? latest?.Revision ?? 0 : decoded.Version.Revision;
                overlay.Set(record.Partition, new(decoded.ContentId, revision, decoded.Payload, decoded.IsNullValue, record.Offset));
            }

            return WindowVerdict.Fresh;
        }
    }

    /// <summary>The batch is committed: its overlay becomes part of the window.</summary>
    public void Commit(WindowOverlay overlay)
    {
        lock (_lock)
        {
            _open.Remove(overlay);
            foreach (var (key, entry) in overlay.Entries)
            {
                if (!_committed.TryGetValue(key.Partition, out var window))
                {
                    _committed[key.Partition] = window = new(idsPerPartition);
                }

                window.Set(entry);
            }
        }
    }

    /// <summary>An abort: every open overlay goes, with every batch computed over it.</summary>
    /// <param name="epoch">Of the batches that are read after the rewind.</param>
    public void Discard(long epoch)
    {
        lock (_lock)
        {
            _open.Clear();
            _epoch = epoch;
        }
    }

    /// <summary>Forgets partitions that were revoked, or whose commit has an unknown outcome.</summary>
    public void Drop(IReadOnlyCollection<int> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _committed.Remove(partition);
            }

            foreach (var overlay in _open)
            {
                overlay.Drop(partitions);
            }
        }
    }

    /// <summary>Committed ids of a partition.</summary>
    public int Count(int partition)
    {
        lock (_lock)
        {
            return _committed.TryGetValue(partition, out var window) ? window.Count : 0;
        }
    }

    // Only what stands before the record counts: after a rewind a record must not meet itself or what followed it.
    private WindowEntry? Latest(WindowOverlay own, int partition, string contentId, long offset)
    {
        if (own.TryGet(partition, contentId, out var entry) && entry.Offset < offset)
        {
            return entry;
        }

        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].TryGet(partition, contentId, out entry) && entry.Offset < offset)
            {
                return entry;
            }
        }

        return _committed.TryGetValue(partition, out var window) && window.TryGet(contentId, out entry) && entry.Offset < offset ? entry : null;
    }
}
