using Vigil.Contracts;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>
/// The account of <c>design.md</c> §5 as sets of positions: what stands on <c>content</c> against what <c>status</c>,
/// <c>dead-letters</c> and <c>ranked</c> say of it. Fed with what was read back from Kafka, never with counters.
/// </summary>
internal sealed class Account
{
    private readonly HashSet<RecordPosition> _content = [];
    private readonly Dictionary<RecordPosition, Disposition> _dispositions = [];
    private readonly Dictionary<RecordPosition, string> _reasons = [];
    private readonly HashSet<RecordPosition> _deadLetters = [];
    private readonly Dictionary<RecordPosition, Disposition> _ranked = [];
    private readonly SortedSet<RecordPosition> _dispositionTwice = [];
    private readonly SortedSet<RecordPosition> _deadLetterTwice = [];
    private readonly SortedSet<RecordPosition> _rankedTwice = [];

    public int Dispositions => _dispositions.Count;

    public IReadOnlyCollection<RecordPosition> Content => _content;

    public void AddContent(RecordPosition position) => _content.Add(position);

    /// <summary>A status event with <c>kind = disposition</c>.</summary>
    public void AddDisposition(RecordPosition position, Disposition disposition, string reason = "")
    {
        if (!_dispositions.TryAdd(position, disposition))
        {
            _dispositionTwice.Add(position);
        }

        if (reason.Length > 0)
        {
            _reasons[position] = reason;
        }
    }

    public void AddDeadLetter(RecordPosition position)
    {
        if (!_deadLetters.Add(position))
        {
            _deadLetterTwice.Add(position);
        }
    }

    public void AddRanked(RecordPosition position, Disposition disposition)
    {
        if (!_ranked.TryAdd(position, disposition))
        {
            _rankedTwice.Add(position);
        }
    }

    /// <returns>What became of a record, and why where it was rejected; null: nothing yet.</returns>
    public (Disposition Disposition, string Reason)? Of(RecordPosition position) => _dispositions.TryGetValue(position, out var disposition)
        ? (disposition, _reasons.GetValueOrDefault(position, ""))
        : null;

    public AccountReport Close()
    {
        var rejected = Positions(Disposition.Rejected).ToHashSet();
        var outputs = _dispositions.Where(entry => entry.Value is Disposition.Queued or Disposition.Cleared or Disposition.Withdrawn).ToHashSet();
        return new(
            _content.Count,
            Enum.GetValues<Disposition>().ToDictionary(disposition => disposition, disposition => Positions(disposition).Count()),
            _reasons.Values.GroupBy(reason => reason).OrderBy(reason => reason.Key, StringComparer.Ordinal).ToDictionary(reason => reason.Key, reason => reason.Count()),
            [
                new("records without a disposition", Sorted(_content.Except(_dispositions.Keys))),
                new("dispositions of no record", Sorted(_dispositions.Keys.Except(_content))),
                new("records with two dispositions", [.. _dispositionTwice]),
                new("rejected without a dead letter", Sorted(rejected.Except(_deadLetters))),
                new("dead letters of no rejection", Sorted(_deadLetters.Except(rejected))),
                new("dead letters written twice", [.. _deadLetterTwice]),
                new("queued, cleared or withdrawn without a ranked record", Sorted(outputs.Except(_ranked).Select(entry => entry.Key))),
                new("ranked records of another disposition", Sorted(_ranked.Except(outputs).Select(entry => entry.Key))),
                new("ranked records written twice", [.. _rankedTwice]),
            ],
            _deadLetters.Count,
            _ranked.Count);
    }

    private IEnumerable<RecordPosition> Positions(Disposition disposition) =>
        _dispositions.Where(entry => entry.Value == disposition).Select(entry => entry.Key);

    private static IReadOnlyList<RecordPosition> Sorted(IEnumerable<RecordPosition> positions) => [.. positions.Order()];
}
