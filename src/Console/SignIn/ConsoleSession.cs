using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Vigil.Review;
using Vigil.ReviewConsole.Pages;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>Who is signed in, kept in one cookie that no script and no other site can use.</summary>
internal static class ConsoleSession
{
    public const string Scheme = "console";

    private const string Since = "since";

    private static RazorComponentResult<MessagePage> NotYours =>
        ConsolePage.Of<MessagePage>(new { Title = "Not for you", Message = "None of your roles may open this. Nothing was recorded." }, StatusCodes.Status403Forbidden);

    public static void Configure(CookieAuthenticationOptions cookie, ConsoleOptions options, TimeProvider time)
    {
        cookie.Cookie.Name = "__Host-vigil";
        cookie.Cookie.Path = "/";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        cookie.ExpireTimeSpan = TimeSpan.FromMinutes(options.IdleMinutes);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = ConsolePaths.SignIn;
        cookie.ReturnUrlParameter = ConsolePaths.To;
        cookie.TimeProvider = time;
        cookie.Events.OnValidatePrincipal = context => EndAsync(context, TimeSpan.FromHours(options.LongestHours), time);
        cookie.Events.OnCheckSlidingExpiration = context =>
        {
            // What an open page asks by itself is no sign that anyone sits there.
            context.ShouldRenew &= !ConsolePaths.IsAskedUnbidden(context.Request.Path);
            return Task.CompletedTask;
        };
        // A module that fetches a part of a page must hear 401, not be sent a page to sign in on.
        cookie.Events.OnRedirectToLogin = AskToSignInAsync;
        cookie.Events.OnRedirectToAccessDenied = context => NotYours.ExecuteAsync(context.HttpContext);
    }

    public static ClaimsPrincipal Of(string name, IEnumerable<string> roles, TimeProvider time) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.Name, name),
            new(Since, time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            .. roles.Select(role => new System.Security.Claims.Claim(ClaimTypes.Role, role)),
        ],
        Scheme));

    public static Reviewer ReviewerOf(HttpContext context) => new(context.User.Identity!.Name!, context.User.IsInRole(ReviewerOptions.Lead));

    private static async Task EndAsync(CookieValidatePrincipalContext context, TimeSpan longest, TimeProvider time)
    {
        var since = context.Principal?.FindFirst(Since)?.Value;
        if (!long.TryParse(since, CultureInfo.InvariantCulture, out var seconds) || time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds) > longest)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Scheme);
        }
    }

    private static Task AskToSignInAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (PagePart.IsAskedFor(context.Request) || !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
