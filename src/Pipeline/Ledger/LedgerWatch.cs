using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Ledger;

/// <summary>Keeps the metric <c>vigil.ledger.imbalance</c>: it must be 0.</summary>
internal sealed partial class LedgerWatch(KafkaClients clients, IOptions<LedgerOptions> options, TimeProvider time, ILogger<LedgerWatch> log) : BackgroundService
{
    private readonly Meter _meter = new("Vigil.Ledger");
    private long _imbalance;

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

        using var topics = new TopicSetup(clients);
        var content = (await topics.ReadAsync()).Single(state => state.Wanted.Name == clients.Topics.Content);
        if (!content.Exists)
        {
            return;
        }

        _meter.CreateObservableGauge("vigil.ledger.imbalance", () => Interlocked.Read(ref _imbalance), "{item}", "Records without exactly one disposition; computed from the topics, must be 0.");
        await OwnThread.Run("vigil-ledger", () => Run(content.Id, time.GetUtcNow() - content.Wanted.Retention!.Value, stoppingToken));
    }

    private void Run(string topicId, DateTimeOffset since, CancellationToken stopping)
    {
        LedgerReader? reader = null;
        try
        {
            long before = 0;
            do
            {
                try
                {
                    reader ??= new(clients, clients.Named(WorkerRole.GroupName), topicId, since);
                    var now = reader.Measure(stopping);
                    // Two in a row, or a reader that was a moment late would raise an alarm.
                    Interlocked.Exchange(ref _imbalance, Math.Min(before, now));
                    before = now;
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

    [LoggerMessage(1, LogLevel.Warning, "The ledger was not measured: {Reason}")]
    private static partial void NotMeasured(ILogger log, string reason);
}
