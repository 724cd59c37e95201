using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Vigil.Pipeline.Bench;

namespace Vigil.Pipeline.Telemetry;

/// <summary>Meters and activity sources named <c>Vigil.*</c>, out by Prometheus text and, when an endpoint is named, OTLP.</summary>
internal static class TelemetryRegistration
{
    private const string MetricsPath = "/metrics";
    private const string AllSignals = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Logs changes of readiness; the framework's own line for every failed check is off in appsettings.json.</summary>
    public static void AddReadinessLog(this IServiceCollection services)
    {
        services.AddSingleton<IHealthCheckPublisher, ReadinessLog>();
        services.Configure<HealthCheckPublisherOptions>(publisher =>
        {
            publisher.Delay = TimeSpan.FromSeconds(1);
            publisher.Period = TimeSpan.FromSeconds(5);
            publisher.Predicate = check => check.Tags.Contains(VigilHost.ReadyTag);
        });
    }

    public static void AddVigilTelemetry(this IServiceCollection services)
    {
        services.AddHostedService<ConfigurationInfo>();
        if (SwitchedTelemetry.IsAsked)
        {
            services.AddSingleton<SwitchedTelemetry>();
            return;
        }

        services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics => metrics.WithVigilMetrics()).WithTracing(traces => traces.WithVigilTraces());
    }

    public static void MapVigilMetrics(this WebApplication app)
    {
        if (SwitchedTelemetry.IsAsked)
        {
            app.Services.GetRequiredService<SwitchedTelemetry>().Map(app, MetricsPath);
            return;
        }

        app.MapPrometheusScrapingEndpoint(MetricsPath);
    }

    // Under what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say, which is looked at last.
    public static void Describe(ResourceBuilder resource) => resource.AddService("vigil", serviceVersion: ProductVersion.Text).AddEnvironmentVariableDetector();

    public static MeterProviderBuilder WithVigilMetrics(this MeterProviderBuilder metrics)
    {
        metrics.AddMeter("Vigil.*", "System.Runtime").AddPrometheusExporter();
        return IsNamed(AllSignals) || IsNamed("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
            ? metrics.AddOtlpExporter(exporter => Aim(exporter, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"))
            : metrics;
    }

    public static TracerProviderBuilder WithVigilTraces(this TracerProviderBuilder traces)
    {
        traces.AddSource("Vigil.*").AddAspNetCoreInstrumentation();
        return IsNamed(AllSignals) || IsNamed("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
            ? traces.AddOtlpExporter(exporter => Aim(exporter, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
            : traces;
    }

    // Without a collector named, OTLP would aim at localhost and fail for ever.
    private static bool IsNamed(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    // The exporter itself reads the variable of all signals only.
    private static void Aim(OpenTelemetry.Exporter.OtlpExporterOptions exporter, string variable)
    {
        if (IsNamed(variable))
        {
            exporter.Endpoint = new(Environment.GetEnvironmentVariable(variable)!);
        }
    }
}
