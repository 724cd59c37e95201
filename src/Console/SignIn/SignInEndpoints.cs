using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vigil.ReviewConsole.Pages;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>In by a one-time link, out by a form.</summary>
internal static class SignInEndpoints
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet(ConsolePaths.SignIn, (string? code) => ConsolePage.Of<SignInPage>(new { Code = code })).AllowAnonymous();
        pages.MapPost(ConsolePaths.SignIn, EnterAsync).AllowAnonymous();
        pages.MapPost(ConsolePaths.SignOut, (Delegate)LeaveAsync);
    }

    // Not with the GET: what looks at links before people do would use the code up.
    private static async Task<IResult> EnterAsync(HttpContext context, SignInLinks links, TimeProvider time)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (await links.TakeAsync(form["code"].ToString()) is not { } grant)
        {
            return ConsolePage.Of<SignInPage>(new { Refused = true }, StatusCodes.Status403Forbidden);
        }

        await context.SignInAsync(ConsoleSession.Scheme, ConsoleSession.Of(grant.Name, grant.Roles, time));
        return TypedResults.Redirect(ConsolePaths.Root);
    }

    private static async Task<IResult> LeaveAsync(HttpContext context)
    {
        await context.SignOutAsync(ConsoleSession.Scheme);
        return TypedResults.Redirect(ConsolePaths.SignIn);
    }
}
