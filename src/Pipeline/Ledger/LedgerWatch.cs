using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Ledger;

/// <summary>
/// Keeps the metrics <c>vigil.ledger.imbalance</c>, which must be 0, and <c>vigil.ledger.age</c>, which says whether that can be
/// believed. A content topic made anew, or given more partitions, has an account of its own.
/// </summary>
internal sealed partial class LedgerWatch(KafkaClients clients, IOptions<LedgerOptions> options, TimeProvider time, ILogger<LedgerWatch> log) : BackgroundService
{
    private readonly Meter _meter = new("Vigil.Ledger");
    private long _imbalance;
    private long _before;
    private long _measuredAt;

    /// <summary>Tells one process' watch from another's in tests.</summary>
    internal Meter Meter => _meter;

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        _measuredAt = time.GetTimestamp();
        _meter.CreateObservableGauge("vigil.ledger.imbalance", () => Interlocked.Read(ref _imbalance), "{item}", "Records without exactly one disposition; computed from the topics, must be 0.");
        _meter.CreateObservableGauge("vigil.ledger.age", () => time.GetElapsedTime(Interlocked.Read(ref _measuredAt)).TotalSeconds, "s", "Since the imbalance was last measured.");
        await OwnThread.Run("vigil-ledger", () => Run(stoppingToken));
    }

    private void Run(CancellationToken stopping)
    {
        using var topics = new TopicSetup(clients);
        LedgerReader? reader = null;
        try
        {
            do
            {
                try
                {
                    reader = Current(topics, reader);
                    Measure(reader, stopping);
                }
                catch (KafkaException fault)
                {
                    NotMeasured(log, fault.Error.Reason);
                }
            }
            while (!stopping.WaitHandle.WaitOne(TimeSpan.FromSeconds(options.Value.IntervalSeconds)));
        }
        finally
        {
            reader?.Dispose();
        }
    }

    /// <summary>The reader of the topic as it is now. Blocks, on a thread of its own.</summary>
    private LedgerReader? Current(TopicSetup topics, LedgerReader? reader)
    {
        var content = topics.ReadAsync().GetAwaiter().GetResult().Single(state => state.Wanted.Name == clients.Topics.Content);
        if (reader is not null && reader.TopicId == content.Id && reader.Partitions == content.Partitions)
        {
            return reader;
        }

        reader?.Dispose();
        _before = 0;
        return content.Exists ? new(clients, clients.Named(WorkerRole.GroupName), content.Id, time.GetUtcNow() - content.Wanted.Retention!.Value) : null;
    }

    private void Measure(LedgerReader? reader, CancellationToken stopping)
    {
        if (reader is null)
        {
            NotMeasured(log, $"{clients.Topics.Content} does not exist");
            return;
        }

        var now = reader.Measure(stopping);
        // Two in a row, or a reader that was a moment late would raise an alarm.
        var before = Interlocked.Exchange(ref _imbalance, Math.Min(_before, now));
        if (_imbalance != before && _imbalance > 0)
        {
            Imbalanced(log, clients.Topics.Content, reader.Findings);
        }

        Interlocked.Exchange(ref _measuredAt, time.GetTimestamp());
        _before = now;
    }

    [LoggerMessage(2, LogLevel.Error, "Records of {Topic} (partition/offset) {Findings}")]
    private static partial void Imbalanced(ILogger log, string topic, string findings);

    [LoggerMessage(1, LogLevel.Warning, "The ledger was not measured: {Reason}")]
    private static partial void NotMeasured(ILogger log, string reason);
}
