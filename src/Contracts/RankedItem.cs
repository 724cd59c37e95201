namespace Vigil.Contracts;

/// <summary>How an item came to be where it stands.</summary>
public enum Selection
{
    Ranked = 1,
    Audit = 2,
    Random = 3,
}

/// <param name="Probability">Calibrated, 0 to 1.</param>
public readonly record struct PolicyScore(string Policy, double Probability, double Threshold);

/// <summary>One signed contribution to a policy's log-odds.</summary>
public readonly record struct Reason(string Feature, double Contribution, string Policy);

public sealed record Evidence(IReadOnlyList<Neighbour> Neighbours, IReadOnlyList<HashHit> HashHits, IReadOnlyList<Reason> Reasons)
{
    public static Evidence None { get; } = new([], [], []);
}

/// <summary>Which models, index and policies judged an item.</summary>
public sealed record Provenance(string Embedder, string IndexKind, string BankVersion, string Ranker, string Calibrator, string PolicySet);

/// <summary>The window that carried the score, at most 280 characters.</summary>
public sealed record Snippet(string Text, int Part, int Start)
{
    public const int MaxLength = 280;

    public static Snippet None { get; } = new("", 0, 0);
}

/// <summary>What ranking says of an item, before it is joined with its source record.</summary>
/// <param name="Queue">Empty: below every threshold.</param>
/// <param name="Value">Priority value of <c>design.md</c> §7, clamped to [2⁻¹², 2¹⁶].</param>
/// <param name="ExpectedViews">In the next 24 hours; part of the value.</param>
public sealed record Ranking(
    IReadOnlyList<PolicyScore> Scores,
    double Risk,
    string Queue,
    double Value,
    Selection Selection,
    double Propensity,
    Evidence Evidence,
    Snippet Snippet,
    double ExpectedViews = 0);

/// <summary>A ranked or withdrawn item as it goes to the <c>ranked</c> topic.</summary>
public sealed record RankedItem
{
    public required Disposition Disposition { get; init; }
    public required string ContentId { get; init; }
    public required ContentVersion Version { get; init; }
    public required SourceRecord Source { get; init; }
    public string AuthorId { get; init; } = "";
    public string Surface { get; init; } = "";
    public string Lang { get; init; } = "";
    public string Url { get; init; } = "";
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Null for a withdrawn item.</summary>
    public Ranking? Ranking { get; init; }
    public IReadOnlyList<PartDigest> Parts { get; init; } = [];
    public IReadOnlyList<UnreadablePart> Unreadable { get; init; } = [];
    public bool Partial { get; init; }
    public IReadOnlyList<string> Degraded { get; init; } = [];
    public Provenance? Provenance { get; init; }
    public IReadOnlyList<StageTiming> Timings { get; init; } = [];

    /// <summary>Ranked once more, outside the account: its record had its disposition before.</summary>
    public bool Reranked { get; init; }
}

/// <param name="Seconds">Of the batch the item went through.</param>
public readonly record struct StageTiming(string Stage, double Seconds);
