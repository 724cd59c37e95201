using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Vigil.Review;
using Vigil.ReviewConsole.Pages;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>Sign-in by the installation's own OpenID Connect provider: authorization code with PKCE. Of what it says, name and roles are kept.</summary>
internal static class ProviderSignIn
{
    public const string Scheme = "provider";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Roles = [ReviewerOptions.Reviewer, ReviewerOptions.Lead, ReviewerOptions.Curator];

    // By hand, since AddOpenIdConnect adds its scheme also where no provider is set, and then nothing could be served.
    public static void Add(IServiceCollection services)
    {
        services.AddOptions<SignInOptions>().BindConfiguration(SignInOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SignInOptions>, SignInOptionsRules>();
        services.AddTransient<OpenIdConnectHandler>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<OpenIdConnectOptions>, OpenIdConnectPostConfigureOptions>());
        services.AddOptions<AuthenticationOptions>().Configure<IOptions<SignInOptions>>((authentication, signIn) =>
        {
            if (signIn.Value.HasProvider)
            {
                authentication.AddScheme<OpenIdConnectHandler>(Scheme, displayName: null);
            }
        });
        services.AddOptions<OpenIdConnectOptions>(Scheme).Configure<IOptions<SignInOptions>, TimeProvider>((connect, signIn, time) => Configure(connect, signIn.Value, time));
    }

    /// <summary>Sends the browser to the provider.</summary>
    /// <param name="to">The page to open afterwards.</param>
    /// <param name="again">The provider shall ask anew who it is.</param>
    public static async Task<IResult> LeaveForAsync(HttpContext context, IOptions<SignInOptions> options, string? to, bool again)
    {
        if (!options.Value.HasProvider)
        {
            return ConsolePage.Of<MessagePage>(new { Title = "Not here", Message = "This installation has no provider to sign in with." }, StatusCodes.Status404NotFound);
        }

        var wanted = new OpenIdConnectChallengeProperties { RedirectUri = ConsolePaths.IsOurs(to) ? to : ConsolePaths.Root, Prompt = again ? OpenIdConnectPrompt.Login : null };
        try
        {
            await context.ChallengeAsync(Scheme, wanted);
            return TypedResults.Empty;
        }
        catch (Exception fault) when (fault is InvalidOperationException or HttpRequestException or IOException)
        {
            // Its discovery document could not be had; the page does not say more to a stranger than that.
            SignInLog.Away(SignInLog.Of(context), options.Value.Provider, fault.Message);
            return ConsolePage.Of<MessagePage>(new { Title = "No answer", Message = "The provider that you sign in with does not answer. Try again in a moment." }, StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static void Configure(OpenIdConnectOptions connect, SignInOptions options, TimeProvider time)
    {
        connect.SignInScheme = ConsoleSession.Scheme;
        connect.Authority = options.Provider;
        connect.RequireHttpsMetadata = options.Provider.StartsWith(Uri.UriSchemeHttps + ":", StringComparison.OrdinalIgnoreCase);
        connect.ClientId = options.ClientId;
        connect.ClientSecret = options.ClientSecret.Length > 0 ? options.ClientSecret : null;
        connect.CallbackPath = ConsolePaths.ProviderReturn;
        connect.ResponseType = OpenIdConnectResponseType.Code;
        // Comes back by a GET: cookies need not go with the posts of other sites.
        connect.ResponseMode = OpenIdConnectResponseMode.Query;
        connect.UsePkce = true;
        connect.BackchannelTimeout = Patience;
        connect.DisableTelemetry = true;
        connect.MapInboundClaims = false;
        connect.GetClaimsFromUserInfoEndpoint = true;
        connect.ClaimActions.MapUniqueJsonKey(options.NameClaim, options.NameClaim);
        connect.ClaimActions.MapJsonKey(options.RolesClaim, options.RolesClaim);
        connect.Scope.Clear();
        foreach (var scope in options.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            connect.Scope.Add(scope);
        }

        foreach (var cookie in new[] { connect.CorrelationCookie, connect.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.Always;
        }

        connect.Events.OnRedirectToIdentityProvider = context => ReturnToPublic(context, options);
        connect.Events.OnTicketReceived = context => AdmitAsync(context, options, time);
        connect.Events.OnRemoteFailure = RefuseAsync;
    }

    private static Task ReturnToPublic(RedirectContext context, SignInOptions options)
    {
        if (options.PublicUrl.Length > 0)
        {
            context.ProtocolMessage.RedirectUri = options.PublicUrl.TrimEnd('/') + ConsolePaths.ProviderReturn;
        }

        return Task.CompletedTask;
    }

    private static async Task AdmitAsync(TicketReceivedContext context, SignInOptions options, TimeProvider time)
    {
        var said = context.Principal ?? new ClaimsPrincipal();
        var name = said.FindFirst(options.NameClaim)?.Value ?? "";
        var roles = said.FindAll(options.RolesClaim).Select(claim => claim.Value).Intersect(Roles).ToList();
        if (!ReviewerName.IsValid(name) || roles.Count == 0)
        {
            context.HandleResponse();
            SignInLog.TurnedAway(SignInLog.Of(context.HttpContext), options.RolesClaim, options.NameClaim);
            await ConsolePage.Of<MessagePage>(new { Title = "Not for you", Message = Why(name, options) }, StatusCodes.Status403Forbidden).ExecuteAsync(context.HttpContext);
            return;
        }

        // Nothing else that the provider said is kept in the cookie.
        context.Principal = ConsoleSession.Of(name, roles, time);
        context.Properties = new AuthenticationProperties();
    }

    private static string Why(string name, SignInOptions options) => ReviewerName.IsValid(name)
        ? $"You are known as {name}, and have none of the roles reviewer, lead and curator. Whoever keeps your accounts can give you one."
        : $"Your account has no name that can be recorded: {options.NameClaim} must have {ReviewerName.Form}. Whoever keeps your accounts can mend that.";

    private static async Task RefuseAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        SignInLog.Refused(SignInLog.Of(context.HttpContext), context.Failure?.Message ?? "no reason given");
        await ConsolePage.Of<MessagePage>(
            new { Title = "Not signed in", Message = "The provider did not sign you in, or this answer of its was for another browser or is too old. Sign in again." },
            StatusCodes.Status403Forbidden).ExecuteAsync(context.HttpContext);
    }
}
