using System.Diagnostics.Metrics;

namespace Vigil.Pipeline.Worker;

/// <summary>The flow's meter, <c>Vigil.Pipeline</c>.</summary>
internal static class PipelineTelemetry
{
    private static readonly Meter Meter = new("Vigil.Pipeline");

    public static readonly Histogram<double> StageDuration = Meter.CreateHistogram(
        "vigil.stage.duration",
        "s",
        "Seconds of a batch in each stage.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10] });

    public static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>(
        "vigil.batch.size",
        "{item}",
        "Records of a batch.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });

    public static readonly Gauge<int> Degraded = Meter.CreateGauge<int>("vigil.degraded", "1", "1 while the worker holds or works by hashes alone.");
}
