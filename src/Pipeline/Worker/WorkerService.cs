using Microsoft.Extensions.Options;
using Vigil.Ingest;
using Vigil.Pipeline.Bench;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Scoring;
using Vigil.Recall;

namespace Vigil.Pipeline.Worker;

/// <summary>Checks the topics, composes the pipeline of this process and runs it until told to stop.</summary>
internal sealed class WorkerService(
    KafkaClients clients,
    IOptions<IngestOptions> options,
    Lazy<IItemScorer> scorer,
    Bank bank,
    WorkerHealth health,
    TimeProvider time,
    ILoggerFactory logs) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await CheckTopicsAsync();
        var ingest = options.Value;
        var progress = new ConsumerProgress(time);
        using var watch = new TopicWatch(
            clients.Admin(), clients.Topics.Content, TimeSpan.FromMinutes(ingest.KafkaPatienceMinutes), progress, time, logs.CreateLogger<TopicWatch>());
        var topicId = await watch.FindIdAsync() ?? throw new WorkerStoppedException($"Topic {clients.Topics.Content} does not exist. Run: vigil topics apply");

        var inFlight = new InFlightBatches();
        var window = new DuplicateWindow(ingest.WindowIds);
        using var metrics = IngestTelemetry.Observe(progress, inFlight, clients.Topics.Content);
        using var consumer = new ContentConsumer(
            clients.Consumer(clients.Named(WorkerRole.GroupName)), clients.Topics.Content, ingest, inFlight, window, progress, time, logs.CreateLogger<ContentConsumer>());
        using IOutcomeSink outcomes = AtLeastOnceOutcomes.IsAsked(Environment.GetEnvironmentVariable(AtLeastOnceOutcomes.Variable), clients.Options.Prefix)
            ? new AtLeastOnceOutcomes(clients, topicId, consumer, inFlight, window, progress)
            : new OutcomeTransaction(
                clients.TransactionalProducer(clients.Named($"{WorkerRole.GroupName}-{ingest.InstanceName}")),
                clients.Topics,
                topicId,
                ingest,
                inFlight,
                window,
                progress,
                new(TimeSpan.FromSeconds(ingest.WatchdogSeconds), time, Environment.FailFast, logs.CreateLogger<Watchdog>()),
                time,
                logs.CreateLogger<OutcomeTransaction>());

        // Weights and bank side by side: each takes seconds.
        var models = scorer.Value;
        await bank.WaitUntilReadyAsync(stoppingToken);
        var log = logs.CreateLogger<WorkerService>();
        using var pipeline = new RankingPipeline(consumer, inFlight, window, models, outcomes, watch, topicId, time);
        WorkerLog.Started(log, ingest.InstanceName, clients.Topics.Content, topicId);
        health.Run();
        PipelineTelemetry.Degraded.Record(0);
        try
        {
            await pipeline.RunAsync(stoppingToken);
        }
        finally
        {
            health.Hold("stopped");
        }

        WorkerLog.Drained(log, ingest.InstanceName);
    }

    private async Task CheckTopicsAsync()
    {
        using var setup = new TopicSetup(clients);
        var faults = await setup.FaultsAsync();
        if (faults.Count > 0)
        {
            throw new WorkerStoppedException($"{string.Join("; ", faults)}. Run: vigil topics apply");
        }
    }
}
