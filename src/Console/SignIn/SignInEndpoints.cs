using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Vigil.ReviewConsole.Pages;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>In by the installation's provider or a one-time link, out by a form.</summary>
internal static class SignInEndpoints
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet(ConsolePaths.SignIn, Show).AllowAnonymous();
        pages.MapGet(ConsolePaths.Provider, (HttpContext context, IOptions<SignInOptions> options, string? to, bool again = false) => ProviderSignIn.LeaveForAsync(context, options, to, again)).AllowAnonymous();
        pages.MapPost(ConsolePaths.SignIn, EnterAsync).AllowAnonymous();
        pages.MapPost(ConsolePaths.SignOut, (Delegate)LeaveAsync);
    }

    /// <param name="left">A reviewer has signed out just now, and another may sit down at the machine.</param>
    private static RazorComponentResult<SignInPage> Show(IOptions<SignInOptions> options, string? code, string? to, bool left = false) =>
        ConsolePage.Of<SignInPage>(new { Code = code, Provider = options.Value.HasProvider ? ConsolePaths.ProviderFor(to, again: left) : null });

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
        return TypedResults.Redirect($"{ConsolePaths.SignIn}?left=true");
    }
}
