using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>What <c>bank-index</c> holds under one entry id.</summary>
internal sealed class LedgerEntry
{
    public bool HasEntry { get; set; }

    public string Embedder { get; set; } = "";

    /// <summary>Which record of <c>bank</c> it was made of; -1: not of one.</summary>
    public long SourceOffset { get; set; } = -1;

    public long SourceTimeMs { get; set; }

    /// <summary>It came with the product, and is disabled, never removed.</summary>
    public bool IsStarter { get; set; }

    public byte[]? State { get; set; }
}

/// <summary>What <c>bank-index</c> holds, without vectors: so the bank role knows what there is left to do.</summary>
internal sealed class BankLedger
{
    private readonly Dictionary<string, LedgerEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _starters = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, LedgerEntry> Entries => _entries;

    public bool HasStarter(string hash) => _starters.Contains(hash);

    public LedgerEntry Get(string id) => _entries.GetValueOrDefault(id) ?? new LedgerEntry();

    /// <summary>Takes a record in, read or just written.</summary>
    public void Apply(IndexRecord record)
    {
        var kind = BankKeys.Read(record.Key, out var id);
        if (kind == BankKeyKind.SeededStarter)
        {
            _starters.Add(id);
            return;
        }

        if (!_entries.TryGetValue(id, out var entry))
        {
            _entries.Add(id, entry = new LedgerEntry());
        }

        if (kind == BankKeyKind.State)
        {
            entry.State = record.Value;
        }
        else
        {
            ApplyEntry(entry, record);
        }

        if (!entry.HasEntry && entry.State is null)
        {
            _entries.Remove(id);
        }
    }

    private static void ApplyEntry(LedgerEntry entry, IndexRecord record)
    {
        // What is not ours is as good as not there, so that it is made again.
        var wire = IndexedEntry.Parser.ParseOrNull(record.Value);
        entry.HasEntry = record.Value is not null;
        entry.Embedder = wire?.Embedder ?? "";
        entry.SourceOffset = wire is null ? -1 : record.SourceOffset;
        entry.SourceTimeMs = wire?.SourceTimeMs ?? 0;
        entry.IsStarter = wire is { Origin.Length: > 0 };
    }
}

/// <summary>A record of <c>bank-index</c>.</summary>
/// <param name="Message">Name of the message, for the schema header; empty for a removal.</param>
/// <param name="SourceOffset">Offset of the <c>bank</c> record it was made of; -1: of none.</param>
internal readonly record struct IndexRecord(string Key, byte[]? Value, string Message, long SourceOffset)
{
    public static IndexRecord Of(string key, IMessage message, long sourceOffset) => new(key, message.ToByteArray(), message.Descriptor.Name, sourceOffset);

    public static IndexRecord Removal(string key, long sourceOffset) => new(key, null, "", sourceOffset);

    /// <summary>Null where the key is missing.</summary>
    public static IndexRecord? Of(ConsumeResult<byte[]?, byte[]?> result)
    {
        if (result.Message.Key is not { Length: > 0 } key)
        {
            return null;
        }

        var source = result.Message.Headers.TryGetLastBytes(WireHeaders.SourceOffset, out var text)
            && long.TryParse(Encoding.UTF8.GetString(text), out var offset) ? offset : -1;
        return new IndexRecord(Encoding.UTF8.GetString(key), result.Message.Value, "", source);
    }
}
