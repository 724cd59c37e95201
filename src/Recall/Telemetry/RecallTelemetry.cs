using System.Diagnostics.Metrics;
using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>The stage's instruments.</summary>
public static class RecallTelemetry
{
    public const string MeterName = "Vigil.Recall";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<double> StageDuration = Meter.CreateHistogram(
        "vigil.stage.duration",
        "s",
        "Time a stage needs for a batch",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5] });

    private static readonly Histogram<double> Candidates = Meter.CreateHistogram(
        "vigil.recall.candidates",
        "{candidate}",
        "Entries found per query, over all policies",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500] });

    private static readonly KeyValuePair<string, object?> Search = new("stage", "search");
    private static readonly KeyValuePair<string, object?> Violation = new("side", "violation");
    private static readonly KeyValuePair<string, object?> Benign = new("side", "benign");

    internal static void RecordSearch(TimeSpan duration, int queries, long violations, long benign)
    {
        StageDuration.Record(duration.TotalSeconds, Search);
        if (queries > 0)
        {
            Candidates.Record((double)violations / queries, Violation);
            Candidates.Record((double)benign / queries, Benign);
        }
    }

    /// <summary>Watches a bank for as long as it lives.</summary>
    internal static Meter Watch(Bank bank)
    {
        var meter = new Meter(MeterName);
        meter.CreateObservableGauge("vigil.bank.size", () => Sizes(bank), "{entry}", "Entries known, by side and state");
        meter.CreateObservableCounter("vigil.bank.refused", () => Refused(bank), "{record}", "Bank records that cannot be used, by reason");
        meter.CreateObservableGauge("vigil.bank.staleness", () => Staleness(bank), "s", "From a change on bank to its first being searched, the last one");
        meter.CreateObservableGauge("vigil.recall.audit", () => Audited(bank), "1", "Share of the nearest entries that the search found, of one query a minute that was compared with every entry");
        return meter;
    }

    private static IEnumerable<Measurement<int>> Sizes(Bank bank) => bank.Summary is not { } summary ? [] : summary.Sizes.Select(
        size => new Measurement<int>(size.Value, new("side", size.Key.Side == Side.Violation ? "violation" : "benign"), new("state", size.Key.State)));

    private static IEnumerable<Measurement<long>> Refused(Bank bank) => bank.Summary is not { } summary ? [] : summary.Refused.Select(
        refused => new Measurement<long>(refused.Value, new KeyValuePair<string, object?>("reason", refused.Key)));

    private static IEnumerable<Measurement<double>> Audited(Bank bank) => bank.Audit.Recall is { } recall ? [new Measurement<double>(recall)] : [];

    private static IEnumerable<Measurement<double>> Staleness(Bank bank) =>
        bank.Staleness is { } staleness ? [new Measurement<double>(staleness.TotalSeconds)] : [];
}
