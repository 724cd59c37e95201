using Microsoft.AspNetCore.Http.HttpResults;

namespace Vigil.Review.Http;

/// <summary>Errors as problem details (RFC 9457) with a stable <c>code</c>; never with content.</summary>
internal static class Problems
{
    private const string Code = "code";

    public static ProblemHttpResult Of(Refusal refusal) => refusal == Refusal.Forbidden ? Of(ProblemKind.Forbidden, "Only leads may do this.") : Of(refusal switch
    {
        Refusal.Rebuilding => ProblemKind.Rebuilding,
        Refusal.NotFound => ProblemKind.NotFound,
        Refusal.LeaseLost => ProblemKind.LeaseLost,
        Refusal.Withdrawn => ProblemKind.WithdrawnMeanwhile,
        Refusal.Deciding => ProblemKind.Deciding,
        Refusal.AlreadyDecided => ProblemKind.AlreadyDecided,
        Refusal.KeyReused => ProblemKind.KeyReused,
        Refusal.TooManyLeases => ProblemKind.TooManyLeases,
        Refusal.OutcomeOpen => ProblemKind.OutcomeOpen,
        Refusal.NothingToUndo => ProblemKind.NothingToUndo,
        Refusal.NothingStands => ProblemKind.NothingStands,
        Refusal.AlreadyOpen => ProblemKind.AlreadyOpen,
        Refusal.TooLate => ProblemKind.TooLate,
        Refusal.UnknownQueue => ProblemKind.UnknownQueue,
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "No such refusal. This is a bug."),
    });

    /// <param name="detail">Null: what the kind says of itself.</param>
    public static ProblemHttpResult Of(ProblemKind kind, string? detail = null) => TypedResults.Problem(
        detail ?? kind.Detail, statusCode: kind.Status, title: kind.Title, type: kind.Type, extensions: new Dictionary<string, object?> { [Code] = kind.Code });

    public static ProblemHttpResult Of(ContentState state) => state switch
    {
        ContentState.Withdrawn => Of(ProblemKind.Withdrawn),
        ContentState.Forgotten => Of(ProblemKind.Forgotten),
        ContentState.Expired => Of(ProblemKind.Expired),
        ContentState.TopicRecreated => Of(ProblemKind.TopicRecreated),
        ContentState.Missing => Of(ProblemKind.Missing),
        ContentState.Mismatch => Of(ProblemKind.Mismatch),
        ContentState.Withheld => Of(ProblemKind.Withheld),
        _ => Unavailable("Kafka"),
    };

    public static ProblemHttpResult Invalid(string detail) => Of(ProblemKind.Invalid, detail);

    public static ProblemHttpResult Unfit(int status) => status == 413 ? Of(ProblemKind.BodyTooLarge) : Of(ProblemKind.OfStatus(status), "The request body was refused.");

    public static ProblemHttpResult Unavailable(string service) => Of(ProblemKind.Unavailable, $"{service} does not answer. Try again in a moment.");

    public static ProblemHttpResult RedisFull() => Of(ProblemKind.Unavailable, "Redis is full and takes no more: its maxmemory has to be raised.");

    public static ProblemHttpResult UnknownQueue(IEnumerable<string> known) => Of(ProblemKind.UnknownQueue, $"There is no such queue. Known: {string.Join(", ", known)}.");

    /// <summary>What the framework refuses by itself (an unknown path, a wrong method or type) gets a code and a word too.</summary>
    public static void Complete(ProblemDetailsOptions options) => options.CustomizeProblemDetails = context =>
    {
        var problem = context.ProblemDetails;
        if (problem.Extensions.ContainsKey(Code))
        {
            return;
        }

        var kind = ProblemKind.OfStatus(problem.Status ?? context.HttpContext.Response.StatusCode);
        problem.Extensions[Code] = kind.Code;
        (problem.Title, problem.Type, problem.Detail) = (kind.Title, kind.Type, kind.Detail);
    };
}
