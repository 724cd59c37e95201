using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Vigil.Contracts.Wire;
using Vigil.Review;
using Vigil.ReviewConsole.Care;
using Vigil.ReviewConsole.Pages;
using Vigil.ReviewConsole.SignIn;

namespace Vigil.ReviewConsole.Work;

/// <summary>The work view. Every call is a form: with the module it answers the part of the page that changes, without script it leads to the next page.</summary>
internal static class WorkEndpoints
{
    private const int MostHeld = 64;

    public static void Map(IEndpointRouteBuilder pages)
    {
        var work = pages.MapGroup($"{ConsolePaths.Root}/work/{{queue}}").RequireAuthorization(ConsolePolicies.Work);
        work.MapGet("", ShowAsync);
        work.MapPost("/claim", ClaimAsync);
        work.MapPost("/decide", DecideAsync);
        work.MapPost("/undo", UndoAsync);
        work.MapPost("/release", ReleaseAsync);
        pages.MapPost(ConsolePaths.Heartbeat, HeartbeatAsync).RequireAuthorization(ConsolePolicies.Work);
        pages.MapPost(ConsolePaths.Seen, SeenAsync).RequireAuthorization(ConsolePolicies.Work);
    }

    private static async Task<IResult> ShowAsync(string queue, long? epoch, bool? empty, string? notice, WorkDesk desk, RecentVerdicts recent, IOptions<ConsoleOptions> options, HttpContext context)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        var card = await desk.OnScreenAsync(queue, reviewer, epoch, context.RequestAborted);
        var said = card.Refused is { } refusal ? Refusals.Say(refusal) : Refusals.Known(notice);
        var last = await recent.LastAsync(reviewer, queue);
        return ConsolePage.Of<WorkPage>(new { Reviewer = reviewer.Name, View = new WorkView(queue, card.Value, card.Value?.Keys ?? await desk.KeysOfAsync(reviewer), empty == true, said, last, await desk.PauseOfAsync(reviewer)), Beat = options.Value.HeartbeatSeconds });
    }

    private static async Task<IResult> ClaimAsync(string queue, WorkDesk desk, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var after = long.TryParse(form["after"], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : (long?)null;
        return await NextAsync(context, queue, desk, after);
    }

    /// <summary>The next item, unless the reviewer is in a pause.</summary>
    private static async Task<IResult> NextAsync(HttpContext context, string queue, WorkDesk desk, long? after)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        if (await desk.PauseOfAsync(reviewer) is { } left)
        {
            return PagePart.IsAskedFor(context.Request) ? ConsolePage.Of<PausePart>(new { Queue = queue, Left = left }) : TypedResults.Redirect(ConsolePaths.Work(queue));
        }

        return Answer(context, queue, await desk.ClaimAsync(queue, reviewer, after, context.RequestAborted));
    }

    private static async Task<IResult> DecideAsync(string queue, DecisionDesk decisions, WorkDesk desk, Exposure exposure, HttpContext context)
    {
        var form = VerdictForm.Read(await context.Request.ReadFormAsync(context.RequestAborted), desk.Policies);
        if (form.Call is not { } call)
        {
            return Refused(context, queue, "That is no verdict this page knows. Nothing was recorded.", StatusCodes.Status400BadRequest);
        }

        // One lease, one verdict: its key says so, whichever tab sends it.
        var reviewer = ConsoleSession.ReviewerOf(context);
        var reply = await decisions.DecideAsync(form.Id, reviewer, form.Epoch, call, string.Create(CultureInfo.InvariantCulture, $"console-{form.Epoch}"));
        if (reply.Value is not { } result)
        {
            return Refused(context, queue, reply.Refused!.Value);
        }

        await exposure.AddAsync(reviewer, queue);
        if (PagePart.IsAskedFor(context.Request))
        {
            return ConsolePage.Of<LastPart>(new { Last = new LastVerdict(form.Id, queue, result.DecisionId, VerdictWords.Of(call), result.Outcome), Keys = await desk.KeysOfAsync(reviewer) });
        }

        return await NextAsync(context, queue, desk, form.Epoch);
    }

    private static async Task<IResult> UndoAsync(string queue, DecisionDesk decisions, WorkDesk desk, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (id, decision) = (form["id"].ToString(), form["decision"].ToString());
        var reviewer = ConsoleSession.ReviewerOf(context);
        var reply = await decisions.UndoAsync(id, reviewer, decision, "", $"undo-{decision}");
        return reply.Value is { } undone
            ? Answer(context, queue, await desk.ClaimAgainAsync(undone.Queue, id, reviewer, undone.DecisionId, context.RequestAborted))
            : Refused(context, queue, reply.Refused!.Value);
    }

    private static async Task<IResult> ReleaseAsync(string queue, ReviewQueue queues, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var reviewer = ConsoleSession.ReviewerOf(context);
        foreach (var held in Held(form))
        {
            // What is lost or being decided is not held any more, which is what was asked for.
            await queues.ReleaseAsync(held.Id, reviewer, held.Epoch);
        }

        return PagePart.IsAskedFor(context.Request) ? TypedResults.NoContent() : TypedResults.Redirect(ConsolePaths.Root);
    }

    private static async Task<IResult> HeartbeatAsync(ReviewQueue queues, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var reviewer = ConsoleSession.ReviewerOf(context);
        var beats = new List<Beat>();
        foreach (var held in Held(form))
        {
            var reply = await queues.HeartbeatAsync(held.Id, reviewer, held.Epoch);
            beats.Add(Beat.Of(held.Epoch, reply));
        }

        return TypedResults.Json(beats);
    }

    /// <summary>What stood on the screen, and whether pictures were uncovered: only the page knows.</summary>
    private static async Task<IResult> SeenAsync(ViewLog views, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var kind = form["kind"].ToString() switch
        {
            "shown" => View.Types.Kind.Shown,
            "revealed" => View.Types.Kind.Revealed,
            _ => View.Types.Kind.Unspecified,
        };
        if (kind == View.Types.Kind.Unspecified)
        {
            return TypedResults.BadRequest();
        }

        foreach (var held in Held(form))
        {
            await views.ReportAsync(ConsoleSession.ReviewerOf(context), held.Id, form["queue"].ToString(), held.Epoch, kind);
        }

        return TypedResults.NoContent();
    }

    private static IEnumerable<HeldItem> Held(IFormCollection form) => form["held"].Take(MostHeld).Select(HeldItem.Read).OfType<HeldItem>();

    private static IResult Answer(HttpContext context, string queue, Reply<WorkCard> reply) => (PagePart.IsAskedFor(context.Request), reply) switch
    {
        (_, { Refused: { } refusal }) => Refused(context, queue, refusal),
        (true, { Value: { } card }) => ConsolePage.Of<CardPart>(new { Card = card }),
        (true, _) => ConsolePage.Of<EmptyPart>(new { Queue = queue, IsEmpty = true }),
        (false, { Value: { } card }) => TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"{ConsolePaths.Work(card.Lease.Queue)}?epoch={card.Lease.Epoch}")),
        (false, _) => TypedResults.Redirect($"{ConsolePaths.Work(queue)}?empty=true"),
    };

    private static IResult Refused(HttpContext context, string queue, Refusal refusal) => PagePart.IsAskedFor(context.Request)
        ? ConsolePage.Of<NoticePart>(new { Text = Refusals.Say(refusal) }, Refusals.StatusOf(refusal))
        : TypedResults.Redirect($"{ConsolePaths.Work(queue)}?notice={refusal}");

    private static IResult Refused(HttpContext context, string queue, string words, int status) => PagePart.IsAskedFor(context.Request)
        ? ConsolePage.Of<NoticePart>(new { Text = words }, status)
        : ConsolePage.Of<MessagePage>(new { Title = "Not recorded", Message = words }, status);
}
