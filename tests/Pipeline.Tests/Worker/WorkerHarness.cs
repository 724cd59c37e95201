using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Ingest;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>A development broker with Vigil's topics, a publisher, and workers of this process.</summary>
internal sealed class WorkerHarness : IAsyncDisposable
{
    private readonly IProducer<byte[]?, byte[]?> _publisher;
    private readonly DevelopmentBroker? _broker;
    private readonly Bank _bank = new(TimeProvider.System);
    private readonly List<WorkerService> _workers = [];

    private WorkerHarness(string bootstrap, DevelopmentBroker? broker)
    {
        _broker = broker;
        Bootstrap = bootstrap;
        Clients = new(Options.Create(new KafkaOptions { Bootstrap = bootstrap, Prefix = $"t{Guid.NewGuid().ToString("n")[..6]}." }));
        _publisher = new ProducerBuilder<byte[]?, byte[]?>(Clients.Producer()).SetLogHandler((_, _) => { }).Build();
        _bank.Publish(BankFollower.SnapshotOf([], "none", 1, IndexBackend.Managed, TimeProvider.System));
    }

    public KafkaClients Clients { get; }

    public string Bootstrap { get; }

    /// <param name="bootstrap">A broker that is there; null: a development broker of its own.</param>
    public static async Task<WorkerHarness> StartAsync(string? bootstrap = null)
    {
        var broker = bootstrap is null ? DevelopmentBroker.Start() : null;
        var harness = new WorkerHarness(bootstrap ?? broker!.Bootstrap, broker);
        using var setup = new TopicSetup(harness.Clients);
        await setup.ApplyAsync(grow: false);
        return harness;
    }

    public async Task<WorkerService> StartWorkerAsync(string instance, IItemScorer? scorer = null, ILoggerFactory? logs = null, int transactionTimeoutSeconds = 12)
    {
        var ingest = new IngestOptions
        {
            Instance = instance,
            SessionTimeoutSeconds = 6,
            BatchRecords = 50,
            BatchMilliseconds = 20,
            TransactionTimeoutSeconds = transactionTimeoutSeconds,
            // It ends the process, which here is that of all tests; what hangs is named by the test that waits for it.
            WatchdogSeconds = 300,
        };
        var worker = new WorkerService(
            Clients, Options.Create(ingest), new(scorer ?? new WordScorer()), _bank, new(), TimeProvider.System, logs ?? NullLoggerFactory.Instance);
        _workers.Add(worker);
        await worker.StartAsync(CancellationToken.None);
        return worker;
    }

    /// <returns>Where the record stands.</returns>
    public async Task<(int Partition, long Offset)> PublishAsync(string? key, byte[]? value, Headers? headers = null)
    {
        var done = await _publisher.ProduceAsync(
            Clients.Topics.Content, new() { Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = value, Headers = headers });
        return (done.Partition, done.Offset);
    }

    public Task<(int Partition, long Offset)> PublishAsync(string id, string text, long revision = 0) => PublishAsync(id, Item(id, text, revision));

    /// <summary>To a partition of the caller's choice, which a publisher's client may not know yet.</summary>
    public async Task PublishToAsync(int partition, string id, string text, Timestamp time = default)
    {
        using var publisher = new ProducerBuilder<byte[], byte[]>(Clients.Producer()).SetLogHandler((_, _) => { }).Build();
        await publisher.ProduceAsync(new TopicPartition(Clients.Topics.Content, partition), new() { Key = Encoding.UTF8.GetBytes(id), Value = Item(id, text, 0), Timestamp = time });
    }

    public List<StatusEvent> Status() => TopicContents.ReadStatus(Bootstrap, Clients.Topics.Status);

    /// <summary>Status events so far, when there are that many.</summary>
    public async Task<List<StatusEvent>> StatusOfAsync(int records, CancellationToken cancellation)
    {
        List<StatusEvent> status = [];
        await UntilAsync(() => (status = Status()).Count >= records, $"{records} status events", cancellation);
        return status;
    }

    /// <summary>Waits for a condition; the fault of a worker ends the wait.</summary>
    public Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellation) =>
        TopicContents.Until(condition, what, cancellation, () => _workers.Select(worker => worker.ExecuteTask).FirstOrDefault(task => task is { IsFaulted: true }));

    private static byte[] Item(string id, string text, long revision) =>
        Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","revision":{{revision}},"parts":[{"text":"{{text}}"}]}""");

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.StopAsync(CancellationToken.None);
            worker.Dispose();
        }

        _publisher.Dispose();
        _bank.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}

/// <summary>Queues what holds the word "bad" and clears the rest: what is under test is the way, not the ranking.</summary>
internal sealed class WordScorer : IItemScorer
{
    private static readonly Contracts.Provenance Nobody = new("none", "none", "", "none", "none", "");

    public IReadOnlyList<ScoredItem> Score(IReadOnlyList<Contracts.Content> items, StageClock clock, CancellationToken cancellation) => [.. items.Select(item =>
    {
        var queue = item.Parts.OfType<TextPart>().Any(part => part.Text.Contains("bad", StringComparison.Ordinal)) ? "harassment" : "";
        return new ScoredItem(new([], 0.5, queue, 1, Contracts.Selection.Ranked, 1, Contracts.Evidence.None, Snippet.None), [], [], false, [], Nobody);
    })];
}
