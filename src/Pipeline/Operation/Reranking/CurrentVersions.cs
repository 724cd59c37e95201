using System.IO.Hashing;
using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Accounting;

namespace Vigil.Pipeline.Operation.Reranking;

/// <summary>What <c>status</c> says is the version of an id that counts.</summary>
/// <param name="TimeMs">Of the source record, as its worker wrote it.</param>
internal readonly record struct CurrentVersion(RecordPosition Position, long TimeMs, long Revision, Disposition Disposition)
{
    public bool IsRanked => Disposition is Disposition.Queued or Disposition.Cleared;
}

/// <summary>
/// The version of each id that counts, folded from the dispositions on <c>status</c> in the order of <c>design.md</c> §4. Only
/// that one may be ranked again: an older one could come back to a queue where nothing newer is remembered. One thread.
/// </summary>
internal sealed class CurrentVersions(string topicId)
{
    /// <summary>About 100 bytes each.</summary>
    public const int MostIds = 20_000_000;

    private readonly Dictionary<UInt128, CurrentVersion> _best = [];
    private readonly Dictionary<UInt128, (long TimeMs, RecordPosition Position)> _covers = [];
    private readonly HashSet<UInt128> _written = [];
    private readonly Dictionary<UInt128, RecordPosition> _displaced = [];

    public int Count => _best.Count;

    /// <summary>A record of <c>status</c>; whatever is no disposition of this topic is passed over.</summary>
    public void Apply(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (StatusEvent.Parser.ParseOrNull(record.Message.Value) is { Kind: StatusEvent.Types.Kind.Disposition, Source: not null, ContentId.Length: > 0 } status)
        {
            Apply(status);
        }
    }

    /// <returns>Null: nothing of that id was ranked or withdrawn.</returns>
    public CurrentVersion? Of(string id) => _best.TryGetValue(Hash(id), out var best) ? best : null;

    /// <summary>Ranked again: should another version of the id come to count after this, it is told by <see cref="TakeDisplacing"/>.</summary>
    public void Written(string id) => _written.Add(Hash(id));

    /// <summary>Versions that came to count while an older one was being ranked again. They may stand before it on <c>ranked</c>.</summary>
    public IReadOnlyCollection<RecordPosition> TakeDisplacing()
    {
        RecordPosition[] taken = [.. _displaced.Values];
        _displaced.Clear();
        return taken;
    }

    /// <summary>A disposition of any topic.</summary>
    public void Apply(StatusEvent status)
    {
        if (status.Source.TopicId != topicId || status.Disposition is not (Disposition.Queued or Disposition.Cleared or Disposition.Withdrawn))
        {
            return;
        }

        var id = Hash(status.ContentId);
        var next = new CurrentVersion(new(status.Source.Partition, status.Source.Offset), status.Source.TimeMs, status.Revision, status.Disposition);
        if (!Replaces(id, next))
        {
            return;
        }

        if (_best.Count >= MostIds && !_best.ContainsKey(id))
        {
            throw new CommandFailedException($"The range holds more than {MostIds} ids. Choose a shorter one, or one partition at a time.");
        }

        _best[id] = next;
        if (_written.Contains(id))
        {
            _displaced[id] = next.Position;
        }
    }

    // A deletion without a revision covers every record of an earlier place in the source, whenever it is read, and nothing later.
    private bool Replaces(UInt128 id, CurrentVersion next)
    {
        var covers = next is { Disposition: Disposition.Withdrawn, Revision: 0 };
        var covered = _covers.TryGetValue(id, out var cover) && Place(next).CompareTo(cover) <= 0;
        if (covers && !covered)
        {
            _covers[id] = Place(next);
        }

        return !covered && (!_best.TryGetValue(id, out var best)
            || (covers || best is { Disposition: Disposition.Withdrawn, Revision: 0 } || next.Revision == best.Revision
                ? Place(next).CompareTo(Place(best)) > 0
                : next.Revision > best.Revision));
    }

    private static (long TimeMs, RecordPosition Position) Place(CurrentVersion version) => (version.TimeMs, version.Position);

    private static UInt128 Hash(string id) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(id));
}
