using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Vigil.ReviewConsole.Pages;
using Vigil.ReviewConsole.SignIn;

namespace Vigil.ReviewConsole.Keys;

/// <summary>The page on which a reviewer chooses the keys of the work view.</summary>
internal static class KeyEndpoints
{
    /// <summary>Name of the button that brings the standard keys back.</summary>
    public const string StandardAgain = "standard";

    public static void Map(IEndpointRouteBuilder pages)
    {
        var keys = pages.MapGroup(ConsolePaths.Keys);
        keys.MapGet("", ShowAsync);
        keys.MapPost("", KeepAsync);
    }

    private static async Task<IResult> ShowAsync(bool? kept, KeyChoices choices, HttpContext context)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        return ConsolePage.Of<KeysPage>(new { Reviewer = reviewer.Name, Keys = (await choices.OfAsync(reviewer)).ToString(), Kept = kept == true });
    }

    private static async Task<IResult> KeepAsync(KeyChoices choices, HttpContext context)
    {
        var reviewer = ConsoleSession.ReviewerOf(context);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var typed = KeyMap.Acts.Select(act => form[KeyMap.NameOf(act)].ToString()).ToList();
        var wanted = form.ContainsKey(StandardAgain) ? KeyMap.Standard
            : typed.TrueForAll(key => key.Length == 1) ? KeyMap.Parse(string.Concat(typed))
            : null;
        if (wanted is null)
        {
            // What was typed stays, so that one field is mended and not all of them.
            var shown = string.Concat(typed.Select(key => key.Length == 1 ? key[0] : ' '));
            return ConsolePage.Of<KeysPage>(new { Reviewer = reviewer.Name, Keys = shown, IsRefused = true }, StatusCodes.Status400BadRequest);
        }

        await choices.KeepAsync(reviewer, wanted);
        return TypedResults.Redirect($"{ConsolePaths.Keys}?kept=true");
    }
}
