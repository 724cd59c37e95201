using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>The stage's meter and activity source, both named <c>Vigil.Ingest</c>.</summary>
public static class IngestTelemetry
{
    public const string Name = "Vigil.Ingest";

    public static readonly ActivitySource Activities = new(Name);

    internal static readonly KeyValuePair<string, object?> SealedBuffer = new("buffer", "sealed");

    private static readonly Meter Meter = new(Name);
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly Histogram<double> StageDuration = Meter.CreateHistogram(
        "vigil.stage.duration", "s", "Time of a stage per batch.", advice: Seconds);

    internal static readonly Histogram<double> BufferWait = Meter.CreateHistogram(
        "vigil.buffer.wait", "s", "Time a stage waited for room in the buffer after it.", advice: Seconds);

    internal static readonly Counter<long> Rebalances = Meter.CreateCounter<long>(
        "vigil.rebalances", "{rebalance}", "Partitions assigned, revoked or lost.");

    internal static readonly Histogram<double> TransactionDuration = Meter.CreateHistogram(
        "vigil.transaction.duration", "s", "From begin to the end of the commit.", advice: Seconds);

    internal static readonly Counter<long> TransactionAborts = Meter.CreateCounter<long>(
        "vigil.transaction.aborts", "{transaction}", "Transactions aborted, by reason.");

    internal static readonly Histogram<double> ItemLatency = Meter.CreateHistogram(
        "vigil.item.latency", "s", "From the broker's timestamp of a record to the commit of its outcome.", advice: Seconds);

    internal static readonly Counter<long> Items = Meter.CreateCounter<long>(
        "vigil.items", "{item}", "Committed outcomes by disposition and queue.");

    internal static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        "vigil.dead_letters", "{record}", "Committed dead letters by reason.");

    private static readonly Counter<double> Backoff = Meter.CreateCounter<double>(
        "vigil.kafka.backoff", "s", "Time lost to Kafka calls that failed and to the waits before they were repeated, by client and operation.");

    private static readonly Counter<long> ConsumedMessages = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Records read from a topic.");

    private static readonly Counter<long> SentMessages = Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}", "Records of committed transactions, by topic.");

    private static readonly Histogram<double> ProcessDuration = Meter.CreateHistogram(
        "messaging.process.duration", "s", "From a batch being read to its commit.", advice: Seconds);

    private static readonly KeyValuePair<string, object?> Kafka = new("messaging.system", "kafka");

    internal static void BackedOff(string client, string operation, TimeSpan lost) =>
        Backoff.Add(lost.TotalSeconds, new("client", client), new KeyValuePair<string, object?>("operation", operation));

    internal static void Consumed(string topic, int records) => ConsumedMessages.Add(records, Kafka, Destination(topic));

    internal static void Sent(string topic, int records) => SentMessages.Add(records, Kafka, Destination(topic));

    internal static void Processed(string topic, TimeSpan duration) => ProcessDuration.Record(duration.TotalSeconds, Kafka, Destination(topic));

    private static KeyValuePair<string, object?> Destination(string topic) => new("messaging.destination.name", topic);

    /// <summary>Exports lag and buffer depth of one worker while the returned meter lives.</summary>
    public static IDisposable Observe(ConsumerProgress progress, InFlightBatches inFlight, string topic)
    {
        // Alerts count an increase, which the first sample of a series is not.
        Items.Add(0, new("disposition", DispositionNames.Of(Disposition.Queued)), new KeyValuePair<string, object?>("queue", PolicySet.UnscoredQueue));
        TransactionAborts.Add(0, new KeyValuePair<string, object?>("reason", "partition_lost"));
        BackedOff("producer", "CommitTransaction", TimeSpan.Zero);
        var meter = new Meter(Name);
        meter.CreateObservableGauge("vigil.consumer.lag", () => progress.Lags().Select(lag => new Measurement<long>(lag.Records, Tags(topic, lag.Partition))), "{record}");
        meter.CreateObservableGauge("vigil.consumer.time_lag", () => progress.Lags().Select(lag => new Measurement<double>(lag.Seconds, Tags(topic, lag.Partition))), "s");
        meter.CreateObservableGauge("vigil.buffer.depth", () => new Measurement<int>(inFlight.Count, new KeyValuePair<string, object?>("buffer", "in_flight")), "{batch}");
        return meter;
    }

    /// <summary>Measures a stage until disposed.</summary>
    internal static StageTimer Stage(string stage) => new(stage, Stopwatch.GetTimestamp());

    internal readonly record struct StageTimer(string Stage, long Started) : IDisposable
    {
        public void Dispose() => StageDuration.Record(Stopwatch.GetElapsedTime(Started).TotalSeconds, new KeyValuePair<string, object?>("stage", Stage));
    }

    private static KeyValuePair<string, object?>[] Tags(string topic, int partition) => [new("topic", topic), new("partition", partition)];
}
