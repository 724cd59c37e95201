using Microsoft.AspNetCore.Http.HttpResults;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Telemetry;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// For `vigil bench pipeline` only: telemetry as shipped that is switched on and off while the process works, so that both are
/// measured in the same one. Two processes differ by some percent by where their memory lies, whatever they are told to do.
/// </summary>
internal sealed class SwitchedTelemetry : IDisposable
{
    public const string Variable = "VIGIL_BENCH_TELEMETRY";
    public const string Path = "/bench/telemetry";

    private readonly IServiceProvider _services;
    private MeterProvider? _metrics;
    private TracerProvider? _traces;
    private RequestDelegate? _scrape;

    public SwitchedTelemetry(IServiceProvider services, KafkaClients clients)
    {
        Check(Environment.GetEnvironmentVariable(Variable), clients.Options.Prefix);
        _services = services;
    }

    public static bool IsAsked => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <exception cref="CommandFailedException">It is asked for, and these are not a bench's topics.</exception>
    internal static void Check(string? variable, string prefix) => BenchOnly.IsAsked(Variable, variable, prefix, "anyone who reaches its port could switch telemetry off");

    /// <summary>PUT switches it on, DELETE off; the metrics are where they always are, while it is on.</summary>
    public void Map(WebApplication app, string metrics)
    {
        app.MapPut(Path, () => SwitchOn(metrics));
        app.MapDelete(Path, SwitchOff);
        app.MapGet(metrics, context => _scrape is { } scrape ? scrape(context) : NotThere(context));
    }

    public void Dispose() => SwitchOff();

    private NoContent SwitchOn(string path)
    {
        SwitchOff();
        _metrics = Sdk.CreateMeterProviderBuilder().ConfigureResource(TelemetryRegistration.Describe).WithVigilMetrics().Build();
        _traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(TelemetryRegistration.Describe).WithVigilTraces().Build();
        _scrape = new ApplicationBuilder(_services).UseOpenTelemetryPrometheusScrapingEndpoint(_metrics, _ => true, path, null, null).Build();
        Settle();
        return TypedResults.NoContent();
    }

    private NoContent SwitchOff()
    {
        _scrape = null;
        _traces?.Dispose();
        _metrics?.Dispose();
        (_traces, _metrics) = (null, null);
        Settle();
        return TypedResults.NoContent();
    }

    // What the switch itself has left is not to be collected in somebody's turn.
    private static void Settle() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);

    private static Task NotThere(HttpContext context) => TypedResults.NotFound().ExecuteAsync(context);
}
