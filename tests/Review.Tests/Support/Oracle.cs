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
    private readonly Dictionary<string, Opened> _opened = [];
    private readonly Dictionary<string, HashSet<string>> _skippers = [];
    private readonly HashSet<string> _escalated = [];

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

        var opened = _opened.GetValueOrDefault(Scope(newest.Version, Place(newest)));
        if (IsDecided(newest) && opened is null)
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
            _escalated.Contains(Scope(newest.Version, Place(newest))) ? newest.Queue + "-leads" : opened?.Queue ?? newest.Queue,
            enqueued,
            QueueScore.Of(value, DateTimeOffset.FromUnixTimeMilliseconds(enqueued), ProjectionBench.HalfLife));
    }

    // Read in the order of the log: who may speak of a version depends on what was said before.
    private void Judge()
    {
        var standing = new Dictionary<string, Decision>();
        var before = new Dictionary<string, Opened>();
        foreach (var decision in _decisions)
        {
            var scope = Scope(decision.Version, PlaceOf(decision.Source));
            _outcomes[decision.DecisionId] = decision.Kind switch
            {
                Decision.Types.Kind.Golden or Decision.Types.Kind.Appeal => Open(decision, scope, standing),
                Decision.Types.Kind.SecondVerdict => Second(decision, scope, standing, before),
                _ => Rule(decision, scope, standing, before),
            };
        }
    }

    private string Open(Decision decision, string scope, Dictionary<string, Decision> standing)
    {
        if (!standing.ContainsKey(scope) || !_opened.TryAdd(scope, new(decision.Queue, decision.Kind == Decision.Types.Kind.Appeal, _escalated.Contains(scope))))
        {
            return "void";
        }

        _escalated.Remove(scope);
        return "opened";
    }

    private void Close(string scope)
    {
        if (_opened.Remove(scope, out var opened))
        {
            _escalated.Remove(scope);
            if (opened.WasEscalated)
            {
                _escalated.Add(scope);
            }
        }
    }

    private string Second(Decision decision, string scope, Dictionary<string, Decision> standing, Dictionary<string, Opened> before)
    {
        if (!_opened.TryGetValue(scope, out var opened))
        {
            return "void";
        }

        before[decision.DecisionId] = opened;
        if (opened.MayOverturn || decision.Verdict == standing[scope].Verdict)
        {
            Close(scope);
        }
        else
        {
            _opened[scope] = opened with { MayOverturn = true };
            _escalated.Add(scope);
        }

        return "second";
    }

    private string Rule(Decision decision, string scope, Dictionary<string, Decision> standing, Dictionary<string, Opened> before)
    {
        var outcome = "moved";
        if (decision.Reverses.Length > 0)
        {
            outcome = TakeBack(decision.Reverses, standing, before) ? "undone" : "void";
        }

        switch (decision.Verdict)
        {
            case Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign:
                outcome = standing.TryAdd(scope, decision) ? "stands" : "dissent";
                Close(scope);
                break;
            case Decision.Types.Verdict.Escalate:
                _escalated.Add(scope);
                break;
            case Decision.Types.Verdict.Skip:
                _skippers.TryAdd(scope, []);
                _skippers[scope].Add(decision.Reviewer);
                if (_skippers[scope].Count >= 3)
                {
                    _escalated.Add(scope);
                }

                break;
        }

        return outcome;
    }

    private bool TakeBack(string reversed, Dictionary<string, Decision> standing, Dictionary<string, Opened> before)
    {
        if (standing.FirstOrDefault(pair => pair.Value.DecisionId == reversed) is { Key: not null } hit)
        {
            standing.Remove(hit.Key);
            Close(hit.Key);
            _outcomes[reversed] = "undone";
            return true;
        }

        if (_outcomes.GetValueOrDefault(reversed) != "second" || _decisions.First(decision => decision.DecisionId == reversed) is not { } second
            || Scope(second.Version, PlaceOf(second.Source)) is not { } scope || !standing.ContainsKey(scope))
        {
            return false;
        }

        Close(scope);
        _opened[scope] = before[reversed];
        _escalated.Remove(scope);
        _outcomes[reversed] = "undone";
        return true;
    }

    private bool IsDecided(RankedItem item) => item.Disposition != Disposition.Withdrawn && _decisions.Any(decision =>
        _outcomes[decision.DecisionId] == "stands" && Scope(decision.Version, PlaceOf(decision.Source)) == Scope(item.Version, Place(item)));

    // A version between two deletions: posted again after one, it is another matter.
    private string Scope(Version version, (long, int, long) place) =>
        $"{Name(version)}/{_ranked.Count(item => item.Disposition == Disposition.Withdrawn && Compare(Place(item), place) < 0 && _ranked.IndexOf(item) == _ranked.FindIndex(other => Compare(Place(other), Place(item)) == 0))}";

    private static bool IsCoverAll(RankedItem item) => item.Disposition == Disposition.Withdrawn && item.Version.Revision == 0;

    private static (long, int, long) Place(RankedItem item) => PlaceOf(item.Source);

    private static (long, int, long) PlaceOf(SourceRecord source) => (source.TimeMs, source.Partition, source.Offset);

    private static int Compare((long, int, long) a, (long, int, long) b) => a.CompareTo(b);

    private static string Name(RankedItem item) => Name(item.Version);

    private sealed record Opened(string Queue, bool MayOverturn, bool WasEscalated);

    private static string Name(Version version) => $"{version.Revision}:{Convert.ToHexStringLower(version.Digest.Span)}";
}
