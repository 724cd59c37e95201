using System.Diagnostics.Metrics;
using Vigil.Contracts;

namespace Vigil.Rank;

/// <summary>The meter <c>Vigil.Rank</c>; names as in <c>performance.md</c> §3, no content and no ids.</summary>
public static class RankTelemetry
{
    public const string MeterName = "Vigil.Rank";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "vigil.stage.duration",
        "s",
        "Duration of a stage, per batch.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10] });

    private static readonly Histogram<double> Risk = Meter.CreateHistogram(
        "vigil.rank.risk",
        "1",
        "Overall calibrated risk of ranked items.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.01, .02, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .99] });

    private static readonly KeyValuePair<string, object?> Stage = new("stage", "rank");

    internal static void Record(IReadOnlyList<Ranking> rankings, TimeSpan elapsed)
    {
        Duration.Record(elapsed.TotalSeconds, Stage);
        if (Risk.Enabled)
        {
            foreach (var ranking in rankings)
            {
                Risk.Record(ranking.Risk);
            }
        }
    }
}
