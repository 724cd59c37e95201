using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vigil.Review;
using Vigil.ReviewConsole.Pages;
using Vigil.ReviewConsole.SignIn;
using Vigil.ReviewConsole.Work;

namespace Vigil.ReviewConsole.Lead;

/// <summary>What leads see of the queues, and what they may do to what others decided.</summary>
internal static class LeadEndpoints
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        var lead = pages.MapGroup(ConsolePaths.Lead).RequireAuthorization(ConsolePolicies.Lead);
        lead.MapGet("", ShowAsync);
        lead.MapPost("/golden", MarkGoldenAsync);
        lead.MapPost("/undo", UndoAsync);
    }

    private static async Task<IResult> ShowAsync(ReviewQueue queues, SecondReviews again, HttpContext context)
    {
        var (list, agreement) = (await queues.ListAsync(), await again.AgreementAsync());
        return ConsolePage.Of<LeadPage>(new
        {
            Reviewer = ConsoleSession.ReviewerOf(context).Name,
            Queues = list.Value ?? [],
            Agreement = agreement.Value ?? [],
            Notice = (list.Refused ?? agreement.Refused) is { } refusal ? Refusals.Say(refusal) : "",
        });
    }

    private static async Task<IResult> MarkGoldenAsync(SecondReviews again, HttpContext context)
    {
        var id = (await context.Request.ReadFormAsync(context.RequestAborted))["id"].ToString();
        var reply = await again.MarkGoldenAsync(id, ConsoleSession.ReviewerOf(context), "", "");
        return TypedResults.Redirect(ConsolePaths.Item(id, reply.Refused));
    }

    private static async Task<IResult> UndoAsync(DecisionDesk decisions, HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (id, decision, note) = (form["id"].ToString(), form["decision"].ToString(), form["note"].ToString().Trim());
        if (note.Length is 0 or > VerdictCall.LongestNote)
        {
            return ConsolePage.Of<MessagePage>(
                new { Title = "Not taken back", Message = $"Say why, in at most {VerdictCall.LongestNote} characters: the reason goes with the record. Go back to the item." }, StatusCodes.Status400BadRequest);
        }

        var reply = await decisions.UndoAsync(id, ConsoleSession.ReviewerOf(context), decision, note, $"undo-{decision}");
        return TypedResults.Redirect(ConsolePaths.Item(id, reply.Refused));
    }
}
