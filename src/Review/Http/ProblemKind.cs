namespace Vigil.Review.Http;

/// <summary>An error of the API: its status, its stable code, and what it says unless a call can say it better.</summary>
internal sealed record ProblemKind(int Status, string Code, string Detail)
{
    public static readonly ProblemKind Invalid = new(400, "invalid", "A parameter in the path, the query or a header is not of the form that /openapi/v1.json gives.");
    public static readonly ProblemKind Unauthorized = new(401, "unauthorized", "Send Authorization: Bearer <token>.");
    public static readonly ProblemKind Forbidden = new(403, "forbidden", "Your token has no role that may do this.");
    public static readonly ProblemKind NoSuchPath = new(404, "no_such_path", "Nothing is served under this path; /openapi/v1.json lists what is.");
    public static readonly ProblemKind NotFound = new(404, "not_found", "There is no such item or decision.");
    public static readonly ProblemKind UnknownQueue = new(404, "unknown_queue", "There is no such queue.");
    public static readonly ProblemKind MethodNotAllowed = new(405, "method_not_allowed", "This path is called with the method that the header Allow names.");
    public static readonly ProblemKind LeaseLost = new(409, "lease_lost", "You hold no lease on this item under this epoch. This call recorded nothing.");
    public static readonly ProblemKind WithdrawnMeanwhile = new(409, "withdrawn", "The item was deleted by its publisher. This call recorded nothing.");
    public static readonly ProblemKind Deciding = new(409, "deciding", "A decision under this lease is on its way.");
    public static readonly ProblemKind AlreadyDecided = new(409, "already_decided", "Your decision under this lease is recorded and the lease has ended. Undo it first to decide otherwise. This call recorded nothing.");
    public static readonly ProblemKind TooManyLeases = new(409, "too_many_leases", "You hold as many items as one reviewer may: decide or release one.");
    public static readonly ProblemKind NothingToUndo = new(409, "nothing_to_undo", "No decision stands here that this call could take back.");
    public static readonly ProblemKind NothingStands = new(409, "nothing_stands", "No decision stands on this item that could be judged again.");
    public static readonly ProblemKind AlreadyOpen = new(409, "already_open", "The item waits to be judged again already.");
    public static readonly ProblemKind Withdrawn = new(410, "withdrawn", "The item was deleted by its publisher.");
    public static readonly ProblemKind Forgotten = new(410, "forgotten", "Nothing is held of this item any more.");
    public static readonly ProblemKind Expired = new(410, "expired", "The record is older than the retention of the content topic. Snippet, digests and evidence are still shown with the item.");
    public static readonly ProblemKind TopicRecreated = new(410, "topic_recreated", "The content topic was created anew since; the record is gone.");
    public static readonly ProblemKind Missing = new(410, "missing", "There is no record at that place any more.");
    public static readonly ProblemKind Mismatch = new(410, "mismatch", "The record at that place is not this version of this item.");
    public static readonly ProblemKind TooLate = new(410, "too_late", "A decision can be undone for 8 days.");
    public static readonly ProblemKind BodyTooLarge = new(413, "body_too_large", "The request body is larger than this call takes.");
    public static readonly ProblemKind UnsupportedMediaType = new(415, "unsupported_media_type", "Send the body as Content-Type: application/json.");
    public static readonly ProblemKind KeyReused = new(422, "key_reused", "This Idempotency-Key was sent before with another body. This call recorded nothing.");
    public static readonly ProblemKind TooManyRequests = new(429, "too_many_requests", "Your token calls more often than is taken. The header Retry-After says when to go on.");
    public static readonly ProblemKind Internal = new(500, "internal", "An error of ours; the log has it under this trace_id.");
    public static readonly ProblemKind Rebuilding = new(503, "rebuilding", "The queues are being rebuilt from the logs. Try again in a moment.");
    public static readonly ProblemKind OutcomeOpen = new(503, "outcome_open", "It is not known yet whether the decision is recorded. Repeat the call with the same Idempotency-Key; it is never recorded twice.");
    public static readonly ProblemKind Withheld = new(503, "withheld", "The queue is restricted: what is shown of it is recorded first, and that failed. Try again in a moment.");
    public static readonly ProblemKind Unavailable = new(503, "unavailable", "A service behind this one does not answer. Try again in a moment.");

    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        Invalid, Unauthorized, Forbidden, NoSuchPath, NotFound, UnknownQueue, MethodNotAllowed, LeaseLost, WithdrawnMeanwhile, Deciding, AlreadyDecided,
        TooManyLeases, NothingToUndo, NothingStands, AlreadyOpen, Withdrawn, Forgotten, Expired, TopicRecreated, Missing, Mismatch, TooLate, BodyTooLarge, UnsupportedMediaType, KeyReused,
        TooManyRequests, Internal, Rebuilding, OutcomeOpen, Withheld, Unavailable,
    ];

    public string Title => Code.Replace('_', ' ');

    public string Type => $"urn:vigil:problem:{Code}";

    /// <summary>What the framework refuses by itself has a status only.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        404 => NoSuchPath,
        _ => All.FirstOrDefault(kind => kind.Status == status) ?? new(status, $"http_{status}", "The request was refused."),
    };
}
