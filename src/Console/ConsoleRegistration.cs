using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.StackExchangeRedis;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Review;
using Vigil.Review.Http;
using Vigil.ReviewConsole.Assets;
using Vigil.ReviewConsole.Care;
using Vigil.ReviewConsole.Items;
using Vigil.ReviewConsole.Keys;
using Vigil.ReviewConsole.Lead;
using Vigil.ReviewConsole.Live;
using Vigil.ReviewConsole.Pictures;
using Vigil.ReviewConsole.Safety;
using Vigil.ReviewConsole.SignIn;
using Vigil.ReviewConsole.Work;

namespace Vigil.ReviewConsole;

/// <summary>Registers the moderators' pages. The host brings the review stage and an <see cref="IConnectionMultiplexer"/>.</summary>
public static class ConsoleRegistration
{
    public static IServiceCollection AddReviewConsole(this IServiceCollection services, Func<IServiceProvider, IReadOnlyList<Policy>> policies)
    {
        services.AddOptions<ConsoleOptions>().BindConfiguration(ConsoleOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConsoleOptions>, ConsoleOptionsValidator>();
        services.AddRazorComponents();
        services.AddAntiforgery(form =>
        {
            // Not __Host-: behind a proxy that ends TLS, and in the demo, the request is plain, and antiforgery then refuses a secure cookie.
            form.Cookie.Name = "vigil-form";
            form.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            form.Cookie.SameSite = SameSiteMode.Strict;
        });
        AddSession(services);
        services.AddTransient<IStartupFilter, PageHeaders>();
        services.AddSingleton(_ => new CallLimit<string>(FormLimits.PerSecond));
        services.AddSingleton<PictureMaker>();
        services.AddSingleton<SignInLinks>();
        services.AddSingleton<KeyChoices>();
        services.AddSingleton(provider => new Exposure(provider.GetRequiredService<IConnectionMultiplexer>(), provider.GetRequiredService<IOptions<ReviewOptions>>(), provider.GetRequiredService<IOptions<ConsoleOptions>>(), policies(provider)));
        services.AddSingleton<RecentVerdicts>();
        services.AddSingleton(provider => new WorkDesk(provider.GetRequiredService<ReviewQueue>(), provider.GetRequiredService<ContentDesk>(), provider.GetRequiredService<KeyChoices>(), provider.GetRequiredService<Exposure>(), provider.GetRequiredService<IOptions<ConsoleOptions>>().Value, policies(provider)));
        return services;
    }

    /// <summary>Pages below <c>/console</c>.</summary>
    public static void MapReviewConsole(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => TypedResults.Redirect(ConsolePaths.Root)).ExcludeFromDescription();
        var pages = app.MapGroup("").AddEndpointFilter(FormLimits.AdmitAsync).AddEndpointFilter(OwnForms.AdmitAsync).RequireAuthorization(ConsolePolicies.Known).ExcludeFromDescription();
        pages.MapGet(ConsoleAssets.Path, ConsoleAssets.Serve).AllowAnonymous();
        SignInEndpoints.Map(pages);
        QueueEndpoints.Map(pages);
        WorkEndpoints.Map(pages);
        ItemEndpoints.Map(pages);
        LeadEndpoints.Map(pages);
        KeyEndpoints.Map(pages);
        LiveEndpoints.Map(pages);
        PictureEndpoints.Map(pages);
    }

    private static void AddSession(IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(ConsoleSession.Scheme);
        ProviderSignIn.Add(services);
        services.AddOptions<CookieAuthenticationOptions>(ConsoleSession.Scheme)
            .Configure<IOptions<ConsoleOptions>, TimeProvider>((cookie, options, time) => ConsoleSession.Configure(cookie, options.Value, time));
        services.AddAuthorization(ConsolePolicies.Add);
        // In Redis: what one instance signed, every other can read.
        services.AddDataProtection().SetApplicationName("vigil");
        services.AddOptions<KeyManagementOptions>().Configure<IConnectionMultiplexer, IOptions<ReviewOptions>>((keys, redis, review) =>
            keys.XmlRepository = new RedisXmlRepository(() => redis.GetDatabase(), $"{review.Value.KeyPrefix}:keys"));
    }
}
