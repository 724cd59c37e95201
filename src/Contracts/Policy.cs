namespace Vigil.Contracts;

/// <summary>One of <c>policies/*.yaml</c>.</summary>
/// <param name="Id">The name in scores, queues and bank entries, such as <c>hate</c>.</param>
/// <param name="Severity">1 to 10.</param>
/// <param name="HandlingSeconds">What a reviewer needs for one item on average.</param>
/// <param name="Queue">Where items at or over the threshold wait.</param>
/// <param name="EscalationQueue">Where ESCALATE moves them; leads only.</param>
/// <param name="Threshold">Calibrated probability from which an item is queued.</param>
/// <param name="Clause">What it forbids and what it does not, in the words reviewers go by; nothing where the file says none.</param>
public sealed record Policy(
    string Id,
    string Title,
    int Severity,
    double HandlingSeconds,
    string Queue,
    string EscalationQueue,
    double Threshold,
    string Clause = "");

/// <summary>All policies, in the order of their ids; swapped whole when the files change.</summary>
/// <param name="Hash">SHA-256 of the files, for provenance.</param>
public sealed record PolicySet(IReadOnlyList<Policy> Policies, string Hash)
{
    /// <summary>Queue of items that could not be read whole and would otherwise be cleared.</summary>
    public const string UnreadableQueue = "unreadable";

    /// <summary>Queue of items that could not be scored.</summary>
    public const string UnscoredQueue = "unscored";

    /// <summary>Queue of the drawn share of cleared items.</summary>
    public const string AuditQueue = "audit";

    /// <summary>Queue of items whose verdict was appealed.</summary>
    public const string AppealsQueue = "appeals";
}
