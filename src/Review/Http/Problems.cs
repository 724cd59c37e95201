using Microsoft.AspNetCore.Http.HttpResults;

namespace Vigil.Review.Http;

/// <summary>Errors as problem details (RFC 9457) with a stable <c>code</c>; never with content.</summary>
internal static class Problems
{
    public static ProblemHttpResult Of(Refusal refusal) => refusal switch
    {
        Refusal.Rebuilding => Of(503, "rebuilding", "The queues are being rebuilt from the logs. Try again in a moment."),
        Refusal.NotFound => Of(404, "not_found", "There is no such item or decision."),
        Refusal.LeaseLost => Of(409, "lease_lost", "You hold no lease on this item under this epoch. This call recorded nothing."),
        Refusal.Withdrawn => Of(409, "withdrawn", "The item was deleted by its publisher. This call recorded nothing."),
        Refusal.Deciding => Of(409, "deciding", "A decision under this lease is on its way."),
        Refusal.DecidedOtherwise => Of(409, "decided_otherwise", "Another verdict is recorded under this lease; see the item's decisions. This call recorded nothing."),
        Refusal.TooManyLeases => Of(409, "too_many_leases", "You hold as many items as one reviewer may: decide or release one."),
        Refusal.OutcomeOpen => Of(503, "outcome_open", "It is not known yet whether the decision is recorded. Repeat the call with the same Idempotency-Key; it is never recorded twice."),
        Refusal.NotStanding => Of(409, "not_standing", "The decision does not stand, so there is nothing to undo."),
        Refusal.TooLate => Of(410, "too_late", "A decision can be undone for 8 days."),
        Refusal.Forbidden => Of(403, "forbidden", "Only leads may do this."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal. This is a bug."),
    };

    public static ProblemHttpResult Invalid(string detail) => Of(400, "invalid", detail);

    public static ProblemHttpResult Unfit(int status) => Of(status, status == 413 ? "body_too_large" : "invalid", "The request body was refused.");

    public static ProblemHttpResult Unauthorized() => Of(401, "unauthorized", "Send Authorization: Bearer <token>.");

    public static ProblemHttpResult Unavailable(string service) => Of(503, "unavailable", $"{service} does not answer. Try again in a moment.");

    public static ProblemHttpResult Gone(string code, string detail) => Of(410, code, detail);

    private static ProblemHttpResult Of(int status, string code, string detail) => TypedResults.Problem(
        detail, statusCode: status, title: code.Replace('_', ' '), type: $"urn:vigil:problem:{code}", extensions: new Dictionary<string, object?> { ["code"] = code });
}
