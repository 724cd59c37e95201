using Confluent.Kafka;
using Microsoft.AspNetCore.Http.HttpResults;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Review.Contents;
using Vigil.Review.Projection;

namespace Vigil.Review.Http;

/// <summary>The REST side of the review role; the OpenAPI document is at <c>/openapi/v1.json</c>.</summary>
internal static class ReviewEndpoints
{
    private const int MostListed = 200;
    private const string Json = "application/json";

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("").WithTags("review").AddEndpointFilter(Admission.AdmitAsync).AddEndpointFilter(ExplainAsync)
            .ProducesProblem(401).ProducesProblem(429).ProducesProblem(503);
        api.MapGet("/queues", ListAsync).WithSummary("Queues with their depth and the age of their oldest item").Produces<QueueView[]>();
        api.MapGet("/queues/{queue}/top", TopAsync).WithSummary("The most urgent items, without claiming").Produces<ItemView[]>().ProducesProblem(400).ProducesProblem(404);

        var items = api.MapGroup("/items/{id}").ProducesProblem(404);
        items.MapGet("", ItemAsync).WithSummary("An item with its evidence, lease and decisions").Produces<DetailsView>();
        var contents = items.MapGroup("/content").WithMetadata(Demand.Content).ProducesProblem(403).ProducesProblem(410);
        contents.MapGet("", ContentAsync).WithSummary("The whole item as published, of the version you hold or the newest").Produces<ContentView>();
        contents.MapGet("/parts/{part:int}/image", ImageAsync).WithSummary("One image as published: untrusted bytes").Produces(200, contentType: "application/octet-stream");

        var work = api.MapGroup("").WithMetadata(Demand.Work).ProducesProblem(400).ProducesProblem(403).ProducesProblem(409).ProducesProblem(413);
        work.MapPost("/queues/{queue}/claim", ClaimAsync).WithMetadata(new Repeatable())
            .WithSummary("The next item under a lease; 204 when nothing waits. Repeatable: the same Idempotency-Key (or none) gives the same lease").Produces<ClaimView>().Produces(204).ProducesProblem(404);
        work.MapPost("/items/{id}/heartbeat", HeartbeatAsync).Accepts<LeaseBody>(Json).WithSummary("Keeps the lease").Produces<LeaseState>();
        work.MapPost("/items/{id}/release", ReleaseAsync).Accepts<LeaseBody>(Json).WithSummary("Gives the item back to its place").Produces(204);
        work.MapPost("/items/{id}/decide", DecideAsync).Accepts<DecideBody>(Json).WithMetadata(new Repeatable())
            .WithSummary("violation, benign or escalate; the reply says whether it stands or is dissent").Produces<DecisionResult>().ProducesProblem(422);
        work.MapPost("/items/{id}/skip", SkipAsync).Accepts<SkipBody>(Json).WithMetadata(new Repeatable())
            .WithSummary("Leaves the item to others; skipped by three it is escalated").Produces<DecisionResult>().ProducesProblem(422);
        work.MapPost("/items/{id}/undo", UndoAsync).Accepts<UndoBody>(Json).WithMetadata(new Repeatable())
            .WithSummary("Takes a standing decision back, within 8 days").Produces<DecisionResult>().ProducesProblem(422).ProducesProblem(404).ProducesProblem(410);
        MapAgain(api);
    }

    private static void MapAgain(IEndpointRouteBuilder api)
    {
        var again = api.MapGroup("").ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422);
        again.MapPost("/items/{id}/appeal", AppealAsync).Accepts<AgainBody>(Json).WithMetadata(Demand.Appeal, new Repeatable())
            .WithSummary("Queues a decided item in appeals, for a reviewer who has not judged it; a verdict that differs overturns the first").Produces<DecisionResult>();
        again.MapPost("/items/{id}/golden", GoldenAsync).Accepts<AgainBody>(Json).WithMetadata(Demand.Lead, new Repeatable())
            .WithSummary("Has a decided item judged again by another reviewer, who is not told; the first verdict stands").Produces<DecisionResult>();
        api.MapGet("/agreement", AgreementAsync).WithMetadata(Demand.Lead)
            .WithSummary("How far first and second verdicts agree, by queue: Krippendorff's alpha with its 95 % interval").Produces<QueueAgreement[]>().ProducesProblem(403);
    }

    private static async Task<IResult> ListAsync(ReviewQueue queues) =>
        Answer(await queues.ListAsync(), list => TypedResults.Ok(list.Select(queue =>
            new QueueView(queue.Name, queue.Depth, queue.OldestAge.TotalSeconds, $"/queues/{Uri.EscapeDataString(queue.Name)}/claim"))));

    private static async Task<IResult> TopAsync(string queue, ReviewQueue queues, int count = 20) => count is < 1 or > MostListed
        ? Problems.Invalid($"count must be 1 to {MostListed}.")
        : await OfQueueAsync(queues, await queues.TopAsync(queue, count), top => TypedResults.Ok(top.Select(ItemView.Of)));

    private static async Task<IResult> ClaimAsync(string queue, ReviewQueue queues, HttpContext context) =>
        Key(context) is not { } key ? BadKey() : await OfQueueAsync(queues, await queues.ClaimAsync(queue, Caller(context), key), claim => TypedResults.Ok(ClaimView.Of(claim)));

    private static async Task<IResult> ItemAsync(string id, ReviewQueue queues, HttpContext context) =>
        Answer(await queues.ItemAsync(ItemPath.IdOf(context, id)), details => TypedResults.Ok(DetailsView.Of(Admission.CallerOf(context).IsBlind ? details.Blind() : details)));

    private static async Task<IResult> ContentAsync(string id, ContentDesk contents, HttpContext context) =>
        Answer(await FindAsync(id, contents, context), found => found.Content is { } content ? TypedResults.Ok(ContentView.Of(found.Item!, content)) : Problems.Of(found.State));

    private static async Task<IResult> ImageAsync(string id, int part, ContentDesk contents, HttpContext context)
    {
        // Never rendered in place: an image of a stranger can be anything.
        context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        return Answer(await FindAsync(id, contents, context), found => found.Content is not { } content ? Problems.Of(found.State)
            : part >= 0 && part < content.Parts.Count && content.Parts[part] is ImagePart image
                ? TypedResults.File(image.Bytes.ToArray(), "application/octet-stream", $"part-{part}")
                : Problems.Of(Refusal.NotFound));
    }

    private static Task<Reply<FoundContent>> FindAsync(string id, ContentDesk contents, HttpContext context) =>
        contents.FindAsync(ItemPath.IdOf(context, id), Caller(context), context.RequestAborted);

    private static async Task<IResult> HeartbeatAsync(string id, ReviewQueue queues, HttpContext context)
    {
        var (body, refused) = await Bodies.ReadAsync<LeaseBody>(context);
        return body is null ? refused! : Answer(await queues.HeartbeatAsync(ItemPath.IdOf(context, id), Caller(context), body.Epoch), TypedResults.Ok);
    }

    private static async Task<IResult> ReleaseAsync(string id, ReviewQueue queues, HttpContext context)
    {
        var (body, refused) = await Bodies.ReadAsync<LeaseBody>(context);
        return body is null ? refused!
            : await queues.ReleaseAsync(ItemPath.IdOf(context, id), Caller(context), body.Epoch) is { } refusal ? Problems.Of(refusal)
            : TypedResults.NoContent();
    }

    private static async Task<IResult> DecideAsync(string id, DecisionDesk desk, DecideRules rules, HttpContext context)
    {
        var (body, refused) = await Bodies.ReadAsync<DecideBody>(context);
        if (body is null)
        {
            return refused!;
        }

        return rules.FaultsOf(body) is { } faults
            ? Problems.Invalid(faults)
            : await SendAsync(id, body.Epoch, new(body.Verdict, body.Policies ?? [], body.SecondsSpent ?? 0, body.Note ?? "", ""), desk, context);
    }

    private static async Task<IResult> SkipAsync(string id, DecisionDesk desk, HttpContext context)
    {
        var (body, refused) = await Bodies.ReadAsync<SkipBody>(context);
        if (body is null)
        {
            return refused!;
        }

        return DecideRules.FaultsOf(body) is { } faults
            ? Problems.Invalid(faults)
            : await SendAsync(id, body.Epoch, new("skip", [], body.SecondsSpent ?? 0, "", body.Reason ?? ""), desk, context);
    }

    private static async Task<IResult> SendAsync(string id, long epoch, VerdictCall call, DecisionDesk desk, HttpContext context) =>
        Key(context) is not { } key ? BadKey() : Answer(await desk.DecideAsync(ItemPath.IdOf(context, id), Caller(context), epoch, call, key), TypedResults.Ok);

    private static async Task<IResult> UndoAsync(string id, DecisionDesk desk, HttpContext context)
    {
        var (body, refused) = await Bodies.ReadAsync<UndoBody>(context);
        if (body is null)
        {
            return refused!;
        }

        if (Key(context) is not { } key)
        {
            return BadKey();
        }

        return body.Note is { Length: > VerdictCall.LongestNote } || body.DecisionId is { Length: > Repeatable.LongestKey }
            ? Problems.Invalid($"note may have {VerdictCall.LongestNote} characters, decision_id {Repeatable.LongestKey}.")
            : Answer(await desk.UndoAsync(ItemPath.IdOf(context, id), Caller(context), body.DecisionId, body.Note ?? "", key), TypedResults.Ok);
    }

    private static Task<IResult> AppealAsync(string id, SecondReviews again, HttpContext context) => OpenAsync(id, again.AppealAsync, context);

    private static Task<IResult> GoldenAsync(string id, SecondReviews again, HttpContext context) => OpenAsync(id, again.MarkGoldenAsync, context);

    private static async Task<IResult> OpenAsync(string id, Func<string, Reviewer, string, string, Task<Reply<DecisionResult>>> open, HttpContext context)
    {
        var (body, refused) = await Bodies.ReadAsync<AgainBody>(context);
        if (body is null)
        {
            return refused!;
        }

        if (Key(context) is not { } key)
        {
            return BadKey();
        }

        return body.Note is { Length: > VerdictCall.LongestNote }
            ? Problems.Invalid($"note may have {VerdictCall.LongestNote} characters.")
            : Answer(await open(ItemPath.IdOf(context, id), Caller(context), body.Note ?? "", key), TypedResults.Ok);
    }

    private static async Task<IResult> AgreementAsync(SecondReviews again) => Answer(await again.AgreementAsync(), TypedResults.Ok);

    private static async Task<IResult> OfQueueAsync<T>(ReviewQueue queues, Reply<T> reply, Func<T, IResult> show)
        where T : class => reply.Refused == Refusal.UnknownQueue ? Problems.UnknownQueue(await queues.NamesAsync()) : Answer(reply, show);

    private static IResult Answer<T>(Reply<T> reply, Func<T, IResult> show)
        where T : class => reply switch
        {
            { Refused: { } refusal } => Problems.Of(refusal),
            { Value: { } value } => show(value),
            _ => TypedResults.NoContent(),
        };

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RedisServerException fault) when (ProjectionHealth.IsFull(fault))
        {
            return Problems.RedisFull();
        }
        catch (Exception fault) when (fault is RedisException or RedisTimeoutException)
        {
            return Problems.Unavailable("Redis");
        }
        catch (KafkaException)
        {
            return Problems.Unavailable("Kafka");
        }
    }

    private static Reviewer Caller(HttpContext context) => Admission.CallerOf(context).Reviewer;

    private static string? Key(HttpContext context) => context.Request.Headers[Repeatable.Header].ToString() is { Length: <= Repeatable.LongestKey } key ? key : null;

    private static ProblemHttpResult BadKey() => Problems.Invalid($"Idempotency-Key may have {Repeatable.LongestKey} characters.");
}
