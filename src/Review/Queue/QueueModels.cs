using Vigil.Contracts;

namespace Vigil.Review;

/// <summary>Who calls.</summary>
public sealed record Reviewer(string Name, bool IsLead);

/// <param name="OldestAge">Since the oldest waiting item was enqueued.</param>
public sealed record QueueSummary(string Name, long Depth, TimeSpan OldestAge);

/// <summary>An item as it waits or is worked on.</summary>
/// <param name="Status">queued, decided, cleared or withdrawn.</param>
/// <param name="Version">The version that counts: revision:digest.</param>
/// <param name="Item">Null where the logs hold no evidence any more.</param>
/// <param name="Score">Orders like the priority, free of the clock.</param>
/// <param name="Place">1: the next to be claimed; null where it does not wait (it is leased, or not queued).</param>
/// <param name="Depth">How many wait in the same queue.</param>
public sealed record QueueItem(
    string Id, string Status, string Version, string Queue, double? Score, DateTimeOffset? Enqueued, RankedItem? Item, long? Place = null, long? Depth = null);

/// <summary>A reviewer's hold on one version of one item.</summary>
/// <param name="Epoch">Fences the lease: calls under an older one are refused.</param>
/// <param name="Propensity">Chance with which this claim got this item.</param>
public sealed record Lease(string Id, long Epoch, string Version, string Queue, DateTimeOffset Expires, Selection Selection, double Propensity);

/// <summary>Whether an item was edited between two looks at it.</summary>
public static class ItemVersions
{
    /// <param name="newest">Empty: not known.</param>
    public static bool Differ(string claimed, string newest) => newest.Length > 0 && newest != claimed;
}

/// <param name="NewestVersion">Differs from the lease's where the item was edited since.</param>
/// <param name="Now">By the clock of leases, which is not this machine's.</param>
public sealed record Claim(Lease Lease, RankedItem? Item, DateTimeOffset? Enqueued, string NewestVersion, DateTimeOffset Now)
{
    public TimeSpan Left => Lease.Expires - Now;
}

/// <param name="Now">By the clock of leases, which is not the caller's.</param>
public sealed record LeaseState(DateTimeOffset Expires, string Version, string NewestVersion, string Status, DateTimeOffset Now);

/// <summary>A lease as <see cref="ReviewQueue.LookAsync"/> finds it.</summary>
/// <param name="WasRevised">Its publisher has edited the item since it was claimed.</param>
public sealed record LeaseLook(long Epoch, bool WasRevised);

/// <summary>The leases of one reviewer.</summary>
/// <param name="LastEpoch">Of the last claim of anyone: a lease with a later epoch was given since.</param>
public sealed record LeasesLook(long LastEpoch, IReadOnlyList<LeaseLook> Leases);

/// <summary>A verdict that a reviewer gave lately.</summary>
/// <param name="Verdict">violation or benign.</param>
/// <param name="Outcome">stands, dissent, undone or void.</param>
public sealed record RecentDecision(string Id, string DecisionId, string Verdict, string Outcome, string Queue, DateTimeOffset Time);

/// <summary>What a reviewer says of the item under a lease.</summary>
public sealed record VerdictCall(string Verdict, IReadOnlyList<string> Policies, double SecondsSpent, string Note, string Reason)
{
    public const int LongestNote = 2_000;
    public const double MostSeconds = 24 * 3600;
}

/// <param name="Verdict">What is recorded: violation, benign, escalate, skip, or nothing for an undo.</param>
/// <param name="Outcome">stands, dissent, moved (skip, escalate), undone or void.</param>
/// <param name="NewestVersion">Where it is not the version decided and <paramref name="Queue"/> is set, that version waits there.</param>
public sealed record DecisionResult(string DecisionId, string Verdict, string Outcome, string Version, string Status, string NewestVersion, string Queue);

/// <param name="Kind">final, skip, escalate, undo, reopen (an appeal, a golden item, a drawn one) or second.</param>
public sealed record DecisionEntry(string Id, string Kind, string Version, string Reviewer, DateTimeOffset Time, string Outcome, string Verdict, string Reverses);

public sealed record LeaseEntry(string Holder, string Version, string Queue, DateTimeOffset Expires, bool Deciding);

/// <summary>All that is known of an item.</summary>
/// <param name="LeasedItem">Evidence of the version under lease; null without a lease.</param>
/// <param name="IsReviewedAgain">A decision stands, and another reviewer is to judge the item without knowing it.</param>
public sealed record ItemDetails(QueueItem Current, LeaseEntry? Lease, RankedItem? LeasedItem, IReadOnlyList<DecisionEntry> Decisions, bool IsReviewedAgain = false)
{
    /// <summary>As it is shown to whoever may be the one to judge it again.</summary>
    public ItemDetails Blind() => IsReviewedAgain ? this with { Decisions = [] } : this;
}
