using Vigil.Contracts;
using Vigil.Review;
using Vigil.ReviewConsole.Care;
using Vigil.ReviewConsole.Keys;

namespace Vigil.ReviewConsole.Work;

/// <summary>One claimed item, with all that its page shows.</summary>
/// <param name="Content">What could be had of the original record, and else why not.</param>
/// <param name="Keys">Of the reviewer who claimed it.</param>
/// <param name="Score">What its queue says.</param>
/// <param name="Seen">By the reviewer who claimed it.</param>
public sealed record WorkCard(Vigil.Review.Claim Claim, FoundContent Content, IReadOnlyList<Policy> Policies, KeyMap Keys, ScoreShown Score, Seen Seen)
{
    public Lease Lease => Claim.Lease;

    public RankedItem? Item => Claim.Item;

    /// <summary>What was drawn measures the ranking, so the ranking's word on it comes after the verdict.</summary>
    public ScoreShown ScoreShown => Lease.Selection == Selection.Random ? ScoreShown.After : Score;

    public bool WasRevised => ItemVersions.Differ(Lease.Version, Claim.NewestVersion);

    /// <summary>What a reviewer may give as the reason of a skip, by the digit that says it.</summary>
    public static IReadOnlyList<string> SkipReasons { get; } = ["not my language", "cannot be shown", "too close to me", "not sure"];
}

/// <summary>What became of the last verdict of this page.</summary>
/// <param name="Id">Of the item.</param>
public sealed record LastVerdict(string Id, string Queue, string DecisionId, string Verdict, string Outcome);

/// <summary>The work view of one queue.</summary>
/// <param name="Card">Null: nothing is claimed.</param>
/// <param name="IsEmpty">A claim was tried, and nothing waits.</param>
/// <param name="Notice">A refusal, in words; nothing without one.</param>
/// <param name="PauseLeft">Null: the reviewer is in no pause.</param>
public sealed record WorkView(string Queue, WorkCard? Card, KeyMap Keys, bool IsEmpty = false, string Notice = "", LastVerdict? Last = null, TimeSpan? PauseLeft = null);
