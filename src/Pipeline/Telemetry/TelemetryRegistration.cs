using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Vigil.Pipeline.Telemetry;

/// <summary>Meters and activity sources named <c>Vigil.*</c>, out by Prometheus text and, when an endpoint is named, OTLP.</summary>
internal static class TelemetryRegistration
{
    public static void AddVigilTelemetry(this IServiceCollection services)
    {
        // Without a collector named, OTLP would aim at localhost and fail for ever.
        var otlp = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("vigil", serviceVersion: ProductVersion.Text))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Vigil.*", "System.Runtime").AddPrometheusExporter();
                if (otlp)
                {
                    metrics.AddOtlpExporter();
                }
            })
            .WithTracing(traces =>
            {
                traces.AddSource("Vigil.*").AddAspNetCoreInstrumentation();
                if (otlp)
                {
                    traces.AddOtlpExporter();
                }
            });
    }
}
