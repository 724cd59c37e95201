using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vigil.Review;
using Vigil.ReviewConsole.Pages;
using Vigil.ReviewConsole.SignIn;
using Vigil.ReviewConsole.Work;

namespace Vigil.ReviewConsole;

/// <summary>The first page: what waits.</summary>
internal static class QueueEndpoints
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet(ConsolePaths.Root, ShowAsync);
        pages.MapPost(ConsolePaths.Find, FindAsync).RequireAuthorization(ConsolePolicies.Content);
    }

    private static async Task<IResult> FindAsync(HttpContext context, CancellationToken cancellation) =>
        TypedResults.Redirect(ConsolePaths.Item((await context.Request.ReadFormAsync(cancellation))["id"].ToString().Trim()));

    private static async Task<IResult> ShowAsync(ReviewQueue queues, RecentVerdicts recent, HttpContext context)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        var reply = await queues.ListAsync();
        return ConsolePage.Of<QueuesPage>(new
        {
            Reviewer = reviewer.Name,
            Queues = reply.Value,
            Notice = reply.Refused is { } refusal ? Refusals.Say(refusal) : "",
            Recent = reply.Value is null ? [] : await recent.ListAsync(reviewer),
        });
    }
}
