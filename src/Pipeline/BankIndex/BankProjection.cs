using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Embed;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// From records of <c>bank</c> to records of <c>bank-index</c>. Reads <c>bank</c> whole each time it begins, and writes what
/// the index lacks: so a change of the encoder, a crash or a lost offset all mend themselves. A record that cannot be used
/// changes nothing, and is named by its id.
/// </summary>
internal sealed partial class BankProjection(BankLedger ledger, ContentEmbedder embedder, ILogger logger)
{
    /// <summary>Windows of one exemplar that are kept; the follower refuses more.</summary>
    private const int MaxVectors = 16;

    private static readonly BankState Disabled = new() { State = BankState.Types.State.Disabled };

    private readonly HashSet<string> _present = new(StringComparer.Ordinal);

    /// <summary>Whether an entry of that id stands on <c>bank</c>, as far as it was read.</summary>
    public bool IsPresent(string id) => _present.Contains(id);

    /// <summary>
    /// What has to be written for these records, in their order; of several under one key the last alone counts, as in any
    /// compacted topic. The caller writes it and applies it to the ledger before the next call.
    /// </summary>
    public IReadOnlyList<IndexRecord> Project(IReadOnlyList<BankRecord> records, CancellationToken cancellation)
    {
        List<IndexRecord?> outcomes = [];
        List<(int Place, BankEntry Entry, BankRecord Record)> toEmbed = [];
        foreach (var record in LastOfEachKey(records))
        {
            var kind = BankKeys.Read(record.Key ?? "", out var id);
            if ((kind == BankKeyKind.SeededStarter ? BankRecordReader.ReservedId : BankRecordReader.IdFault(id)) is { } fault)
            {
                Refuse(id, record.Offset, fault);
            }
            else if (kind == BankKeyKind.State)
            {
                outcomes.Add(ProjectState(record, id));
            }
            else if (record.Value is null)
            {
                _present.Remove(id);
                outcomes.Add(Remove(id, record.Offset));
            }
            else if (NeedsEmbedding(record, id) is { } entry)
            {
                toEmbed.Add((outcomes.Count, entry, record));
                outcomes.Add(null);
            }
        }

        Embed(toEmbed, outcomes, cancellation);
        return [.. outcomes.OfType<IndexRecord>()];
    }

    /// <summary>Once <c>bank</c> was read whole: removals of what is in the index and no longer on <c>bank</c>, entry first.</summary>
    public IEnumerable<IndexRecord> Leftovers() => ledger.Entries
        .Where(known => known.Value is { HasEntry: true, IsStarter: false } && !_present.Contains(known.Key))
        .SelectMany(known => new[]
        {
            IndexRecord.Removal(known.Key, -1),
            IndexRecord.Removal(BankKeys.StateOf(known.Key), -1),
        })
        .ToList();

    private static IEnumerable<BankRecord> LastOfEachKey(IReadOnlyList<BankRecord> records)
    {
        Dictionary<string, BankRecord> last = [];
        foreach (var record in records)
        {
            last[record.Key ?? ""] = record;
        }

        return records.Where(record => ReferenceEquals(last[record.Key ?? ""], record));
    }

    private IndexRecord? ProjectState(BankRecord record, string id)
    {
        var known = ledger.Get(id);
        var key = BankKeys.StateOf(id);
        if (record.Value is null)
        {
            return known.State is null ? null : known.IsStarter ? Disable(id, known, record.Offset) : IndexRecord.Removal(key, record.Offset);
        }

        var (state, reason) = BankRecordReader.ReadState(record);
        if (state is null)
        {
            Refuse(id, record.Offset, reason!);
            return null;
        }

        return known.State is { } before && state.ToByteString().Span.SequenceEqual(before) ? null : IndexRecord.Of(key, state, record.Offset);
    }

    private IndexRecord? Remove(string id, long offset)
    {
        var known = ledger.Get(id);
        return !known.HasEntry ? null : known.IsStarter ? Disable(id, known, offset) : IndexRecord.Removal(id, offset);
    }

    private static IndexRecord? Disable(string id, LedgerEntry known, long offset) =>
        known.State is { } before && Disabled.ToByteString().Span.SequenceEqual(before) ? null : IndexRecord.Of(BankKeys.StateOf(id), Disabled, offset);

    private BankEntry? NeedsEmbedding(BankRecord record, string id)
    {
        _present.Add(id);
        var known = ledger.Get(id);
        if (known.HasEntry && known.SourceOffset == record.Offset && known.SourceTimeMs == record.TimeMs && known.Embedder == embedder.EncoderHash)
        {
            return null;
        }

        var (entry, reason) = BankRecordReader.ReadEntry(record, id);
        if (entry is null)
        {
            Refuse(id, record.Offset, reason!);
        }

        return entry;
    }

    private void Embed(List<(int Place, BankEntry Entry, BankRecord Record)> toEmbed, List<IndexRecord?> outcomes, CancellationToken cancellation)
    {
        if (toEmbed.Count == 0)
        {
            return;
        }

        Contracts.Content[] contents = [.. toEmbed.Select(one => new Contracts.Content { Id = one.Record.Key!, Parts = [one.Entry.Part.ToDomain()] })];
        using var embedded = embedder.Embed(contents, cancellation);
        for (var i = 0; i < toEmbed.Count; i++)
        {
            var (place, entry, record) = toEmbed[i];
            var item = embedded.Items[i];
            if (item.Unreadable.Count > 0)
            {
                Refuse(record.Key!, record.Offset, item.Unreadable[0].Reason);
                continue;
            }

            outcomes[place] = IndexRecord.Of(record.Key!, ToIndexed(entry, record, item, embedded.Vectors), record.Offset);
        }
    }

    private IndexedEntry ToIndexed(BankEntry entry, BankRecord record, EmbeddedItem item, EmbeddingBatch vectors)
    {
        var indexed = new IndexedEntry
        {
            Id = record.Key,
            Side = entry.Side,
            Severity = entry.Severity,
            Source = entry.Source,
            Embedder = embedder.EncoderHash,
            SourceTimeMs = record.TimeMs,
        };
        indexed.Policies.AddRange(entry.Policies);
        foreach (var window in Spread(item.Windows.Count))
        {
            var vector = new EntryVector();
            vector.Values.AddRange(vectors.Row(item.FirstRow + window).ToArray());
            indexed.Vectors.Add(vector);
        }

        indexed.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Sha256, Value = ByteString.CopyFrom(item.Parts[0].Sha256) });
        indexed.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Md5, Value = ByteString.CopyFrom(item.Parts[0].Md5) });
        return indexed;
    }

    // Of a long exemplar's windows the first, the last, and others evenly between.
    private static IEnumerable<int> Spread(int windows) => windows <= MaxVectors
        ? Enumerable.Range(0, windows)
        : Enumerable.Range(0, MaxVectors).Select(i => (int)((long)i * (windows - 1) / (MaxVectors - 1)));

    private void Refuse(string id, long offset, string reason)
    {
        BankTelemetry.Rejected(reason);
        LogRefused(logger, id, offset, reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Bank record {Id} at offset {Offset} is not used: {Reason}")]
    private static partial void LogRefused(ILogger logger, string id, long offset, string reason);
}
