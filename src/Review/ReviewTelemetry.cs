using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Vigil.Contracts.Wire;
using Vigil.Review.Projection;
using RankedItem = Vigil.Contracts.RankedItem;

namespace Vigil.Review;

/// <summary>Meter <c>Vigil.Review</c>; names as in <c>performance.md</c> §3.</summary>
internal static class ReviewTelemetry
{
    public const string Name = "Vigil.Review";

    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [1, 5, 15, 30, 60, 120, 300, 900, 3600, 14400, 86400] };

    private static readonly Counter<long> LeaseCounter = Meter.CreateCounter<long>("vigil.review.leases", "{lease}", "Leases by how they ended");
    private static readonly Counter<long> DecisionCounter = Meter.CreateCounter<long>("vigil.review.decisions", "{decision}", "Decisions by verdict and outcome");
    private static readonly Counter<long> SkippedCounter = Meter.CreateCounter<long>("vigil.review.unreadable_records", "{record}", "Records of ranked and decisions that could not be applied");
    private static readonly Counter<long> ViewCounter = Meter.CreateCounter<long>("vigil.review.unwritten_views", "{view}", "Views that could not be written to views in time");
    private static readonly Histogram<double> WaitHistogram = Meter.CreateHistogram("vigil.queue.wait", "s", "Enqueued to claim", advice: Seconds);
    private static readonly Histogram<double> DurationHistogram = Meter.CreateHistogram("vigil.review.duration", "s", "Claim to decision", advice: Seconds);
    private static readonly Histogram<double> RedisHistogram = Meter.CreateHistogram<double>("vigil.redis.duration", "s", "Script calls", advice: new InstrumentAdvice<double>
    {
        HistogramBucketBoundaries = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5],
    });

    /// <summary>Replaced whole by the active reader; empty elsewhere, so that no queue is counted twice.</summary>
    private static QueueSummary[] Waiting = [];

    /// <summary>Projections of this process that do not follow the logs (there is one, but in tests), and why.</summary>
    private static readonly ConcurrentDictionary<ProjectionHealth, string> Halts = new();

    private static readonly CalibrationWindow Calibration = new();

    static ReviewTelemetry()
    {
        Meter.CreateObservableGauge("vigil.calibration.error", () => Calibration.Errors().Select(policy => new Measurement<double>(policy.Error, Tag("policy", policy.Policy))), "1", "Probabilities against verdicts on items that no score chose, the last 1,000 of this process");
        Meter.CreateObservableGauge("vigil.projection.halted", () => ProjectionHalts.All.Select(reason => new Measurement<int>(Halts.Values.Count(halt => halt == reason), Tag("reason", reason))), "1", "1 while the queues do not follow the logs");
        Meter.CreateObservableGauge("vigil.queue.depth", () => Volatile.Read(ref Waiting).Select(queue => new Measurement<long>(queue.Depth, Tag("queue", queue.Name))), "{item}");
        Meter.CreateObservableGauge("vigil.queue.oldest_age", () => Volatile.Read(ref Waiting).Select(queue => new Measurement<double>(queue.OldestAge.TotalSeconds, Tag("queue", queue.Name))), "s");
    }

    public static void Queues(IEnumerable<QueueSummary> queues) => Volatile.Write(ref Waiting, [.. queues]);

    /// <param name="reason">Null: it follows again.</param>
    public static void Halted(ProjectionHealth projection, string? reason)
    {
        if (reason is null)
        {
            Halts.TryRemove(projection, out _);
        }
        else
        {
            Halts[projection] = reason;
        }
    }

    public static void LeaseEnded(string outcome, long count = 1) => LeaseCounter.Add(count, Tag("outcome", outcome));

    public static void Decided(string verdict, string outcome) => DecisionCounter.Add(1, Tag("verdict", verdict), Tag("outcome", outcome));

    /// <param name="item">What was decided; null: not known.</param>
    public static void Judged(RankedItem? item, Decision decision) => Calibration.Add(item, decision);

    public static void Unreadable(string topic) => SkippedCounter.Add(1, Tag("topic", topic));

    public static void ViewUnwritten() => ViewCounter.Add(1);

    public static void Claimed(string queue, TimeSpan wait) => WaitHistogram.Record(Math.Max(0, wait.TotalSeconds), Tag("queue", queue));

    public static void Worked(string queue, TimeSpan time) => DurationHistogram.Record(Math.Max(0, time.TotalSeconds), Tag("queue", queue));

    public static void Redis(string operation, TimeSpan time) => RedisHistogram.Record(time.TotalSeconds, Tag("operation", operation));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
