using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Telemetry;
using Vigil.Review;
using Vigil.ReviewConsole;

namespace Vigil.Pipeline;

/// <summary>Composes the roles of one process; `vigil run` and `vigil demo` share it.</summary>
internal static class VigilHost
{
    /// <summary>Tag of health checks that decide readiness.</summary>
    public const string ReadyTag = "ready";

    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(20);

    /// <param name="configure">What a command changes before anything is made; null: nothing.</param>
    public static WebApplication Build(Role roles, IEnumerable<KeyValuePair<string, string?>> settings, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddVigil(settings);
        var check = SettingsCheck.Of(builder.Configuration);
        builder.Configuration.AddInMemoryCollection(check.Standards);
        builder.Services.AddSingleton(check);
        builder.Logging.ClearProviders().AddVigilConsole();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<KafkaClients>();
        builder.Services.AddVigilOptions();
        builder.Services.AddVigilTelemetry();
        builder.Services.AddSingleton<KafkaAnswering>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<KafkaAnswering>());
        builder.Services.AddHealthChecks().AddCheck<KafkaAnswering>("kafka", tags: [ReadyTag]);
        builder.Services.AddReadinessLog();
        builder.Services.AddProblemDetails();
        AddRoles(builder, roles);
        configure?.Invoke(builder);

        var app = builder.Build();
        // Also what the framework refuses by itself (404, 405, 415) has a body that says why.
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapVigilMetrics();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag) });
        MapRoles(app, roles);
        return app;
    }

    /// <summary>Validates everything, checks that the named services answer, and runs until told to stop; a role's fault is rethrown.</summary>
    public static async Task RunAsync(WebApplication app, CancellationToken cancellation)
    {
        await StartAsync(app, cancellation);
        await app.WaitForShutdownAsync(cancellation);
        ThrowIfFaulted(app);
    }

    public static async Task StartAsync(WebApplication app, CancellationToken cancellation)
    {
        Validate(app.Services);
        var http = app.Services.GetRequiredService<IOptions<HttpOptions>>().Value;
        app.Urls.Clear();
        foreach (var url in http.Addresses)
        {
            app.Urls.Add(url);
        }

        HttpAddresses.CheckFree(http);
        await ServicesReachable.CheckAsync(app.Services, cancellation);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(VigilHost));
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var fault in Faults(app))
            {
                HostLog.RoleFailed(log, fault.Message);
            }
        });
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            throw HttpAddresses.NotFree(http.Urls, fault.InnerException);
        }

        HostLog.Serving(log, string.Join(' ', app.Urls));
    }

    /// <summary>Rethrows the first fault of a role, so that the process ends with a failure.</summary>
    public static void ThrowIfFaulted(WebApplication app)
    {
        if (Faults(app) is [var first, ..])
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }

    private static List<Exception> Faults(WebApplication app) =>
    [
        .. app.Services.GetServices<IHostedService>().OfType<BackgroundService>()
            .Select(service => service.ExecuteTask?.Exception?.InnerException)
            .OfType<Exception>()
            .Where(fault => fault is not OperationCanceledException),
    ];

    /// <exception cref="OptionsValidationException">Something is wrong with the settings; names all of it.</exception>
    private static void Validate(IServiceProvider services)
    {
        List<string> errors = [.. services.GetRequiredService<SettingsCheck>().Errors];
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
        }
        catch (OptionsValidationException invalid)
        {
            errors.AddRange(SettingsCheck.Named(invalid));
        }
        catch (AggregateException several) when (several.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            errors.AddRange(several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(SettingsCheck.Named));
        }

        if (errors.Count > 0)
        {
            throw new OptionsValidationException(SettingsCatalogue.Root, typeof(VigilHost), errors.Distinct());
        }
    }

    private static void AddRoles(WebApplicationBuilder builder, Role roles)
    {
        if (roles.HasFlag(Role.Worker))
        {
            builder.AddWorkerRole();
        }

        if (roles.HasFlag(Role.Bank))
        {
            builder.Services.AddBankRole();
        }

        if (roles.HasFlag(Role.Review))
        {
            builder.AddReviewRole();
        }
    }

    private static void MapRoles(WebApplication app, Role roles)
    {
        if (roles.HasFlag(Role.Review))
        {
            app.MapReview();
            app.MapReviewConsole();
        }
    }
}
