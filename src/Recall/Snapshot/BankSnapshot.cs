using System.Collections.Immutable;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>
/// The bank at one moment: immutable, and swapped whole by <see cref="Bank"/>. Counted, because native memory hangs on it:
/// who acquired it disposes it once, and must not use it after.
/// </summary>
public sealed class BankSnapshot : IDisposable
{
    private readonly ImmutableDictionary<HashKey, ImmutableArray<HashedEntry>> _hashes;
    private readonly TimeProvider _time;
    private int _references = 1;

    internal BankSnapshot(
        BankSummary summary,
        IReadOnlyList<CellView> cells,
        ImmutableDictionary<HashKey, ImmutableArray<HashedEntry>> hashes,
        TimeProvider time)
    {
        Summary = summary;
        Cells = cells;
        Entries = new EntryList(cells.SelectMany(cell => cell.Segments));
        _hashes = hashes;
        _time = time;
        foreach (var view in cells.SelectMany(cell => cell.Segments))
        {
            view.Segment.AddReference();
        }
    }

    public BankSummary Summary { get; }

    /// <summary>Hash over the entries that match; equal for equal banks, however they came about.</summary>
    public string Version => Summary.Version;

    /// <summary>Every entry a search may name, by the indexes of <see cref="NeighbourBatch"/>.</summary>
    public IReadOnlyList<BankEntryInfo> Entries { get; }

    internal IReadOnlyList<CellView> Cells { get; }

    internal long NowTicks => _time.GetUtcNow().UtcTicks;

    /// <summary>Live entries of both sides whose exemplar equals a part byte for byte; SHA-256 goes before MD5.</summary>
    public IReadOnlyList<HashHit> FindHashes(IReadOnlyList<PartDigest> parts)
    {
        if (_hashes.IsEmpty)
        {
            return [];
        }

        var now = NowTicks;
        List<HashHit>? hits = null;
        foreach (var part in parts)
        {
            Collect(HashKey.Of(sha256: true, part.Sha256), "sha256", part.Part, now, ref hits);
            Collect(HashKey.Of(sha256: false, part.Md5), "md5", part.Part, now, ref hits);
        }

        return (IReadOnlyList<HashHit>?)hits ?? [];
    }

    /// <summary>Gives one reference back; the last one frees what no newer snapshot shares.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) != 0)
        {
            return;
        }

        foreach (var view in Cells.SelectMany(cell => cell.Segments))
        {
            view.Segment.Release();
        }
    }

    private void Collect(HashKey? key, string algorithm, int part, long now, ref List<HashHit>? hits)
    {
        if (key is null || !_hashes.TryGetValue(key.Value, out var entries))
        {
            return;
        }

        foreach (var entry in entries)
        {
            if (entry.Until > now && !IsNamed(hits ??= [], part, entry.Info.Id))
            {
                hits.Add(new HashHit(entry.Info, part, algorithm));
            }
        }
    }

    private static bool IsNamed(List<HashHit> hits, int part, string entry) => hits.Exists(hit => hit.Part == part && hit.Entry.Id == entry);

    internal BankSnapshot Acquire()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            throw new ObjectDisposedException(nameof(BankSnapshot), "Acquired after its last reference was given back. This is a bug.");
        }

        return this;
    }
}

/// <summary>An entry behind a hash, and until when it matches, in UTC ticks.</summary>
internal readonly record struct HashedEntry(BankEntryInfo Info, long Until);

/// <summary>What a snapshot holds, in numbers.</summary>
/// <param name="IndexKind"><c>faiss</c> or <c>managed</c>.</param>
/// <param name="Embedder">Hash of the encoder whose vectors it holds.</param>
/// <param name="Live">Entries that match.</param>
/// <param name="Sizes">All entries known, by side and state (live, shadow, canary, disabled, inert, expired).</param>
/// <param name="Refused">Records that could not be used, by reason, since the follower began.</param>
/// <param name="Position">Offset in <c>bank-index</c> up to which records are in it.</param>
/// <param name="NewestChange">When the newest change since the snapshot before was put on <c>bank</c>; null without one.</param>
public sealed record BankSummary(
    string Version,
    string IndexKind,
    string Embedder,
    int Live,
    IReadOnlyDictionary<(Side Side, string State), int> Sizes,
    IReadOnlyDictionary<string, int> Refused,
    long Position,
    DateTimeOffset? NewestChange);
