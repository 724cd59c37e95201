using Vigil.Contracts.Wire;
using RankedItem = Vigil.Contracts.Wire.RankedItem;
using Version = Vigil.Contracts.Wire.Version;

namespace Vigil.Review.Support;

/// <param name="Status">queued, decided, cleared, withdrawn, or "" for an id nothing is known of.</param>
internal sealed record Expected(string Status, string Version, string Queue, long? Enqueued, double? Score = null);

/// <summary>
/// What people would expect of one id, read off whole logs within one day (nothing is forgotten yet): written from
/// <c>design.md</c> alone, slowly and without looking at the scripts.
/// </summary>
internal sealed class Oracle
{
    private readonly List<RankedItem> _ranked;
    private readonly List<Decision> _decisions;
    private readonly Dictionary<string, string> _outcomes = [];

    public Oracle(IEnumerable<RankedItem> ranked, IEnumerable<Decision> decisions)
    {
        // Cleared records before the first that was queued or withdrawn are not remembered.
        _ranked = [.. ranked.SkipWhile(item => item.Disposition == Disposition.Cleared)];
        _decisions = [.. decisions.DistinctBy(decision => decision.DecisionId)];
        Judge();
    }

    public string OutcomeOf(string decisionId) => _outcomes[decisionId];

    public Expected Expect()
    {
        var deletion = _ranked.Where(IsCoverAll).OrderBy(Place).LastOrDefault();
        var counting = _ranked
            .Select((item, index) => (item, index))
            .Where(pair => deletion is null || Compare(Place(pair.item), Place(deletion)) > 0)
            .OrderBy(pair => pair.item.Version.Revision).ThenBy(pair => Place(pair.item)).ThenBy(pair => pair.index)
            .Select(pair => pair.item)
            .ToList();
        if (counting.Count == 0)
        {
            return deletion is null ? new("", "", "", null) : new("withdrawn", Name(deletion), "", null);
        }

        var newest = counting[^1];
        if (newest.Disposition != Disposition.Queued)
        {
            return new(newest.Disposition == Disposition.Cleared ? "cleared" : "withdrawn", Name(newest), "", null);
        }

        if (IsDecided(newest))
        {
            return new("decided", Name(newest), "", null);
        }

        // Walk down from the newest until a version that is decided or withdrawn. The places of one version may lie on both
        // sides of another's, so the walk is over records.
        var run = new List<RankedItem>();
        for (var i = counting.Count - 1; i >= 0; i--)
        {
            var sameOrder = counting[i].Version.Revision == newest.Version.Revision && Compare(Place(counting[i]), Place(newest)) == 0;
            if (!sameOrder && (counting[i].Disposition == Disposition.Withdrawn || IsDecided(counting[i])))
            {
                break;
            }

            if (counting[i].Disposition == Disposition.Queued)
            {
                run.Add(counting[i]);
            }
        }

        var enqueued = run.Min(item => item.EnqueuedMs);
        var value = _ranked.Last(item => Name(item) == Name(newest)).Value;
        return new(
            "queued",
            Name(newest),
            IsEscalated(newest) ? newest.Queue + "-leads" : newest.Queue,
            enqueued,
            QueueScore.Of(value, DateTimeOffset.FromUnixTimeMilliseconds(enqueued), ProjectionBench.HalfLife));
    }

    private void Judge()
    {
        var standing = new Dictionary<string, Decision>();
        foreach (var decision in _decisions)
        {
            var scope = Scope(decision.Version, PlaceOf(decision.Source));
            var outcome = "moved";
            if (decision.Reverses.Length > 0)
            {
                outcome = "void";
                if (standing.FirstOrDefault(pair => pair.Value.DecisionId == decision.Reverses) is { Key: not null } hit)
                {
                    standing.Remove(hit.Key);
                    _outcomes[decision.Reverses] = "undone";
                    outcome = "undone";
                }
            }

            if (decision.Verdict is Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign)
            {
                outcome = standing.TryAdd(scope, decision) ? "stands" : "dissent";
            }

            _outcomes[decision.DecisionId] = outcome;
        }
    }

    private bool IsDecided(RankedItem item) => item.Disposition != Disposition.Withdrawn && _decisions.Any(decision =>
        _outcomes[decision.DecisionId] == "stands" && Scope(decision.Version, PlaceOf(decision.Source)) == Scope(item.Version, Place(item)));

    private bool IsEscalated(RankedItem item)
    {
        var about = _decisions.Where(decision => Scope(decision.Version, PlaceOf(decision.Source)) == Scope(item.Version, Place(item))).ToList();
        return about.Any(decision => decision.Verdict == Decision.Types.Verdict.Escalate)
            || about.Where(decision => decision.Verdict == Decision.Types.Verdict.Skip).DistinctBy(decision => decision.Reviewer).Count() >= 3;
    }

    // A version between two deletions: posted again after one, it is another matter.
    private string Scope(Version version, (long, int, long) place) =>
        $"{Name(version)}/{_ranked.Count(item => item.Disposition == Disposition.Withdrawn && Compare(Place(item), place) < 0 && _ranked.IndexOf(item) == _ranked.FindIndex(other => Compare(Place(other), Place(item)) == 0))}";

    private static bool IsCoverAll(RankedItem item) => item.Disposition == Disposition.Withdrawn && item.Version.Revision == 0;

    private static (long, int, long) Place(RankedItem item) => PlaceOf(item.Source);

    private static (long, int, long) PlaceOf(SourceRecord source) => (source.TimeMs, source.Partition, source.Offset);

    private static int Compare((long, int, long) a, (long, int, long) b) => a.CompareTo(b);

    private static string Name(RankedItem item) => Name(item.Version);

    private static string Name(Version version) => $"{version.Revision}:{Convert.ToHexStringLower(version.Digest.Span)}";
}
