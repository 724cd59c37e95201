using System.Diagnostics.Metrics;

namespace Vigil.Pipeline.Worker;

/// <summary>The flow's meter, <c>Vigil.Pipeline</c>; stages report their own durations.</summary>
internal static class PipelineTelemetry
{
    private static readonly Meter Meter = new("Vigil.Pipeline");

    public static readonly Gauge<int> Degraded = Meter.CreateGauge<int>("vigil.degraded", "1", "1 while the worker holds or works by hashes alone.");
}
