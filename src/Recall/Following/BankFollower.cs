using System.Text;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;

namespace Vigil.Recall;

/// <summary>
/// Turns the records of <c>bank-index</c> into snapshots. Holds no connection: who reads the topic applies records in
/// order of their offsets and asks for the next snapshot when it has no more. The last record of a key counts, whatever
/// compaction left of the ones before. For one thread.
/// </summary>
public sealed class BankFollower : IDisposable
{
    private readonly IndexBackend _backend;
    private readonly TimeProvider _time;
    private readonly string _embedder;
    private readonly IndexedEntryReader _reader;
    private readonly MatchingEntries _matching;
    private readonly Dictionary<string, FollowedEntry> _entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _expiries = new();
    private readonly Dictionary<(Side, string), int> _sizes = [];
    private readonly Dictionary<string, int> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _starters = new(StringComparer.Ordinal);
    private DateTimeOffset? _newestChange;

    /// <param name="embedder">Hash of the encoder that makes the queries.</param>
    /// <param name="dimension">Length of its vectors.</param>
    public BankFollower(string embedder, int dimension, IndexBackend backend, TimeProvider time)
    {
        _embedder = embedder;
        _backend = backend;
        _time = time;
        _reader = new IndexedEntryReader(embedder, dimension);
        _matching = new MatchingEntries(backend, dimension);
    }

    /// <summary>Offset of the next record.</summary>
    public long Position { get; private set; }

    /// <summary>Whether the next snapshot differs from the last one made.</summary>
    public bool HasChanges { get; private set; } = true;

    /// <summary>A snapshot of these entries, all live, without a topic: for training, evaluation and measurement.</summary>
    public static BankSnapshot SnapshotOf(IEnumerable<IndexedEntry> entries, string embedder, int dimension, IndexBackend backend, TimeProvider time)
    {
        using var follower = new BankFollower(embedder, dimension, backend, time);
        var live = new BankState { State = BankState.Types.State.Live }.ToByteArray();
        var offset = 0L;
        foreach (var entry in entries)
        {
            follower.Apply(Encoding.UTF8.GetBytes(BankKeys.StateOf(entry.Id)), live, offset++, time.GetUtcNow());
            follower.Apply(Encoding.UTF8.GetBytes(entry.Id), entry.ToByteArray(), offset++, time.GetUtcNow());
        }

        return follower.Next();
    }

    /// <summary>Applies one record. None can fail it: what cannot be used is counted and left out.</summary>
    /// <param name="key">Null is refused.</param>
    /// <param name="value">Null removes what stood under the key.</param>
    /// <param name="time">The record's time.</param>
    public void Apply(byte[]? key, byte[]? value, long offset, DateTimeOffset time)
    {
        Advance(offset + 1);
        if (key is null || key.Length == 0)
        {
            Refuse("no_key");
            return;
        }

        var kind = BankKeys.Read(Encoding.UTF8.GetString(key), out var id);
        if (kind == BankKeyKind.SeededStarter)
        {
            _starters.Add(id);
            return;
        }

        if (!_entries.TryGetValue(id, out var followed))
        {
            _entries.Add(id, followed = new FollowedEntry());
        }

        if (kind == BankKeyKind.Entry)
        {
            ApplyEntry(id, followed, value);
        }
        else
        {
            ApplyState(id, followed, value);
        }

        Settle(followed);
        if (followed.IsNothing)
        {
            _entries.Remove(id);
        }

        HasChanges = true;
        var changed = kind == BankKeyKind.Entry ? followed.Entry?.SourceTime ?? time : time;
        _newestChange = _newestChange > changed ? _newestChange : changed;
    }

    /// <summary>Notes that everything before <paramref name="position"/> was read: offsets may end in markers or gaps.</summary>
    public void Advance(long position) => Position = Math.Max(Position, position);

    /// <summary>Whether the starter bank of that hash has been seeded, all of it.</summary>
    public bool HasStarter(string hash) => _starters.Contains(hash);

    /// <summary>Takes out the entries whose time is over. Searches leave them out by themselves; this keeps the cells tidy.</summary>
    public void Expire()
    {
        var now = _time.GetUtcNow().UtcTicks;
        while (_expiries.TryPeek(out var id, out var ticks) && ticks <= now)
        {
            _expiries.Dequeue();
            if (_entries.TryGetValue(id, out var followed))
            {
                HasChanges |= followed.MatchingUntil != 0;
                Settle(followed);
            }
        }
    }

    /// <summary>The bank after all records applied so far. The caller owns it.</summary>
    public BankSnapshot Next()
    {
        Expire();
        var summary = new BankSummary(
            $"{_matching.Fingerprint:x32}",
            _backend.Name,
            _embedder,
            _matching.Count,
            _sizes.ToDictionary(),
            _refused.ToDictionary(),
            Position,
            _newestChange);
        var snapshot = new BankSnapshot(summary, _matching.Cells(), _matching.Hashes(), _time);
        HasChanges = false;
        _newestChange = null;
        return snapshot;
    }

    public void Dispose() => _matching.Dispose();

    private void ApplyEntry(string id, FollowedEntry followed, byte[]? value)
    {
        // The old content leaves as a whole before the new one enters, also where they are alike.
        _matching.Set(followed, 0);
        Count(followed, null);
        followed.Entry = null;
        if (value is null)
        {
            return;
        }

        (followed.Entry, var refusal) = _reader.Read(id, value);
        if (refusal is not null)
        {
            Refuse(refusal);
        }
    }

    private void ApplyState(string id, FollowedEntry followed, byte[]? value)
    {
        var state = value is null ? EntryState.None : EntryState.Read(value);
        if (state is null)
        {
            Refuse("state");
        }

        followed.State = state ?? EntryState.None;
        if (followed.State.Until != long.MaxValue)
        {
            _expiries.Enqueue(id, followed.State.Until);
        }
    }

    // Brings search, hashes and counts in line with the entry and its state.
    private void Settle(FollowedEntry followed)
    {
        var now = _time.GetUtcNow().UtcTicks;
        _matching.Set(followed, followed.Entry is null ? 0 : followed.State.MatchesUntil(now));
        Count(followed, followed.Entry is null ? null : followed.State.NameAt(now));
    }

    private void Count(FollowedEntry followed, string? state)
    {
        if (followed.CountedAs is { } before)
        {
            _sizes[(followed.Entry!.Info.Side, before)]--;
        }

        followed.CountedAs = state;
        if (state is not null)
        {
            var key = (followed.Entry!.Info.Side, state);
            _sizes[key] = _sizes.GetValueOrDefault(key) + 1;
        }
    }

    private void Refuse(string reason)
    {
        _refused[reason] = _refused.GetValueOrDefault(reason) + 1;
        HasChanges = true;
    }
}
