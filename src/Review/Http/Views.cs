using Vigil.Contracts;

namespace Vigil.Review.Http;

/// <summary>What REST shows. Names are snake_case on the wire.</summary>
internal sealed record QueueView(string Name, long Depth, double OldestAgeSeconds, string ClaimPath);

/// <summary>A version of an item with everything that explains its place.</summary>
/// <param name="Value">What its harm, reach and handling time are worth; waiting doubles it every half-life.</param>
/// <param name="ExpectedViews">In the next 24 hours, from the reach as published.</param>
internal sealed record EvidenceView(
    long Revision,
    string Digest,
    string AuthorId,
    string Surface,
    string Lang,
    string Url,
    DateTimeOffset? CreatedAt,
    double Risk,
    double Value,
    double ExpectedViews,
    string Queue,
    Selection Selection,
    IReadOnlyList<PolicyScore> Scores,
    Snippet Snippet,
    IReadOnlyList<Neighbour> Neighbours,
    IReadOnlyList<HashHitView> HashHits,
    IReadOnlyList<Reason> Reasons,
    IReadOnlyList<PartView> Parts,
    IReadOnlyList<UnreadablePart> Unreadable,
    bool Partial,
    IReadOnlyList<string> Degraded,
    Provenance? Provenance,
    SourceRecord Source)
{
    public static EvidenceView? Of(RankedItem? item) => item is null ? null : new(
        item.Version.Revision,
        item.Version.Digest.ToString(),
        item.AuthorId,
        item.Surface,
        item.Lang,
        item.Url,
        item.CreatedAt,
        item.Ranking?.Risk ?? 0,
        item.Ranking?.Value ?? 0,
        item.Ranking?.ExpectedViews ?? 0,
        item.Ranking?.Queue ?? "",
        item.Ranking?.Selection ?? default,
        item.Ranking?.Scores ?? [],
        item.Ranking?.Snippet ?? Snippet.None,
        item.Ranking?.Evidence.Neighbours ?? [],
        [.. (item.Ranking?.Evidence.HashHits ?? []).Select(hit => new HashHitView(hit.Entry.Id, hit.Entry.Side, hit.Entry.Policies, hit.Part, hit.Algorithm))],
        item.Ranking?.Evidence.Reasons ?? [],
        [.. item.Parts.Select(part => new PartView(part.Part, part.Kind, part.Size, part.Mime, part.Width, part.Height, Convert.ToHexStringLower(part.Sha256)))],
        item.Unreadable,
        item.Partial,
        item.Degraded,
        item.Provenance,
        item.Source);
}

internal sealed record HashHitView(string EntryId, Side Side, IReadOnlyList<string> Policies, int Part, string Algorithm);

internal sealed record PartView(int Part, string Kind, long Size, string Mime, int Width, int Height, string Sha256);

/// <param name="Path">Address of the item, already escaped.</param>
/// <param name="Status">queued, decided, cleared or withdrawn.</param>
/// <param name="Version">The version that counts: revision:digest.</param>
/// <param name="QueueScore">Orders the queue, highest first. Free of the clock, so only differences mean something: log2(value) - time enqueued / half-life.</param>
/// <param name="Place">1: the next to be claimed; null where it does not wait.</param>
/// <param name="Depth">How many wait in the same queue.</param>
internal sealed record ItemView(
    string Id, string Path, string Status, string Version, string Queue, double? QueueScore, long? Place, long? Depth, DateTimeOffset? EnqueuedAt, EvidenceView? Evidence)
{
    public static ItemView Of(QueueItem item) =>
        new(item.Id, ItemPath.Of(item.Id), item.Status, item.Version, item.Queue, item.Score, item.Place, item.Depth, item.Enqueued, EvidenceView.Of(item.Item));
}

internal sealed record LeaseView(long Epoch, string Version, string Queue, DateTimeOffset ExpiresAt, Selection Selection, double Propensity);

/// <param name="NewestVersion">Differs from the lease's where the item was edited since.</param>
internal sealed record ClaimView(string Id, string Path, LeaseView Lease, DateTimeOffset? EnqueuedAt, string NewestVersion, EvidenceView? Evidence)
{
    public static ClaimView Of(Claim claim) => new(
        claim.Lease.Id,
        ItemPath.Of(claim.Lease.Id),
        new(claim.Lease.Epoch, claim.Lease.Version, claim.Lease.Queue, claim.Lease.Expires, claim.Lease.Selection, claim.Lease.Propensity),
        claim.Enqueued,
        claim.NewestVersion,
        EvidenceView.Of(claim.Item));
}

internal sealed record DetailsView(ItemView Item, LeaseEntry? Lease, EvidenceView? LeasedEvidence, IReadOnlyList<DecisionEntry> Decisions)
{
    public static DetailsView Of(ItemDetails details) =>
        new(ItemView.Of(details.Current), details.Lease, EvidenceView.Of(details.LeasedItem), details.Decisions);
}
