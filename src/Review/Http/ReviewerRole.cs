namespace Vigil.Review.Http;

/// <summary>What a token may do, beside looking at queues and items, which all may.</summary>
[Flags]
internal enum ReviewerRole
{
    None = 0,

    /// <summary>Claims, reads content and decides.</summary>
    Reviewer = 1,

    /// <summary>The same; also works escalation queues and undoes what others decided.</summary>
    Lead = 2,

    /// <summary>Reads content. Endpoints that change the bank will ask for it; there is none yet.</summary>
    Curator = 4,

    /// <summary>A program, such as a dashboard or what takes appeals: looks, and appeals.</summary>
    Service = 8,
}

/// <summary>Roles as they are configured.</summary>
internal static class ReviewerRoles
{
    private static readonly Dictionary<string, ReviewerRole> Known = new(StringComparer.Ordinal)
    {
        [ReviewerOptions.Reviewer] = ReviewerRole.Reviewer,
        [ReviewerOptions.Lead] = ReviewerRole.Lead,
        [ReviewerOptions.Curator] = ReviewerRole.Curator,
        [ReviewerOptions.Service] = ReviewerRole.Service,
    };

    public static string Names { get; } = string.Join(", ", Known.Keys);

    /// <param name="unknown">Names that are no role; of them nothing is granted.</param>
    public static ReviewerRole Parse(string text, out IReadOnlyList<string> unknown)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries);
        unknown = [.. names.Where(name => !Known.ContainsKey(name))];
        return names.Aggregate(ReviewerRole.None, (roles, name) => roles | Known.GetValueOrDefault(name));
    }
}

/// <summary>Who calls, by which of the configured tokens.</summary>
/// <param name="Token">Its place among them: never the token itself.</param>
internal sealed record Caller(int Token, Reviewer Reviewer, ReviewerRole Roles)
{
    /// <summary>Whether what was decided is kept from the caller while somebody is to judge it again, who may be the caller.</summary>
    public bool IsBlind => Roles.HasFlag(ReviewerRole.Reviewer) && !Roles.HasFlag(ReviewerRole.Lead);
}

/// <summary>Metadata of a call that asks for one of several roles.</summary>
internal sealed record Demand(ReviewerRole AnyOf, string Refusal)
{
    public static readonly Demand Work = new(ReviewerRole.Reviewer | ReviewerRole.Lead, "Only reviewers and leads may do this.");
    public static readonly Demand Appeal = new(ReviewerRole.Service | ReviewerRole.Lead, "Only services and leads may appeal.");
    public static readonly Demand Lead = new(ReviewerRole.Lead, "Only leads may do this.");
    public static readonly Demand Content = new(ReviewerRole.Reviewer | ReviewerRole.Lead | ReviewerRole.Curator, "Only reviewers, leads and curators may read content.");
}
