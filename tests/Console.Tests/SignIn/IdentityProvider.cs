using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>An OpenID Connect provider (OpenIddict) whose only account is always signed in, and which insists on PKCE.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    public const string ClientId = "vigil-console";
    public const string ClientSecret = "a secret of the tests";

    // Made once: keys of its own for every provider would take seconds each.
    private static readonly RsaSecurityKey SigningKey = new(RSA.Create(2048));
    private static readonly SymmetricSecurityKey EncryptionKey = new(RandomNumberGenerator.GetBytes(32));

    private readonly WebApplication _app;

    private IdentityProvider(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Whom it says is there.</summary>
    public (string Name, string[] Roles) Account { get; set; } = ("dana", ["reviewer"]);

    /// <summary>What the last request asked it to prompt for.</summary>
    public string? Prompt { get; private set; }

    public static async Task<IdentityProvider> StartAsync()
    {
        IdentityProvider? provider = null;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddAuthentication();
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            // Without a store: everything is in the codes and tokens themselves.
            server.EnableDegradedMode();
            server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
            server.AddSigningKey(SigningKey).AddEncryptionKey(EncryptionKey);
            server.RegisterScopes(OpenIddictConstants.Scopes.Profile);
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(CheckClient));
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(CheckSecret));
            server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(context => provider!.Answer(context)));
        });
        var app = builder.Build();
        provider = new(app);
        app.UseRouting();
        app.UseAuthentication();
        await app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static ValueTask CheckClient(ValidateAuthorizationRequestContext context)
    {
        if (context.ClientId != ClientId || context.RedirectUri?.EndsWith(ConsolePaths.ProviderReturn, StringComparison.Ordinal) != true)
        {
            context.Reject(OpenIddictConstants.Errors.InvalidClient);
        }

        return ValueTask.CompletedTask;
    }

    private static ValueTask CheckSecret(ValidateTokenRequestContext context)
    {
        if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
        {
            context.Reject(OpenIddictConstants.Errors.InvalidClient);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask Answer(HandleAuthorizationRequestContext context)
    {
        Prompt = context.Request.Prompt;
        var identity = new ClaimsIdentity("test", OpenIddictConstants.Claims.Name, "roles");
        identity.SetClaim(OpenIddictConstants.Claims.Subject, "an opaque subject");
        identity.SetClaim(OpenIddictConstants.Claims.PreferredUsername, Account.Name);
        identity.SetClaims("roles", [.. Account.Roles]);
        identity.SetScopes(context.Request.GetScopes());
        identity.SetDestinations(static _ => [OpenIddictConstants.Destinations.IdentityToken]);
        context.Principal = new(identity);
        return ValueTask.CompletedTask;
    }
}
