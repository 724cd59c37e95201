using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Bench;

/// <summary>What a round of records took.</summary>
/// <param name="CpuSeconds">Of the lane's workers.</param>
/// <param name="Seconds">From the first publish to the last disposition read.</param>
/// <param name="AllocatedBytes">Of the lane's workers on the managed heap; null where they export no metrics.</param>
internal sealed record LaneRound(int Items, double CpuSeconds, double Seconds, double? AllocatedBytes)
{
    /// <summary>Of the machine itself meanwhile, where somebody watched it (<see cref="MachinePace"/>).</summary>
    public double Slowness { get; init; }

    public double PerCpuSecond => Items / CpuSeconds;

    public double PerSecond => Items / Seconds;
}

/// <summary>
/// Topics of their own on the bench's broker, with a bank, workers and a reader of what they commit: so several kinds of
/// worker can live beside each other and take turns, the others idle.
/// </summary>
internal sealed class BenchLane : IAsyncDisposable
{
    public const string PrefixStart = "vigil-bench.";

    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly List<BenchProcess> _workers = [];
    private readonly List<BenchProcess> _others = [];
    private readonly CancellationTokenSource _ending = new();
    // One for all rounds: a new client asks for its producer id for half a second or a whole one.
    private readonly StreamPublisher _publisher;
    private LiveReader? _reading;
    private Task _read = Task.CompletedTask;
    private int _rounds;

    private BenchLane(string name, KafkaClients clients, TimeProvider time)
    {
        _name = name;
        _time = time;
        Clients = clients;
        Reader = new(time);
        _publisher = new(clients, time);
    }

    public KafkaClients Clients { get; }

    public RoundReader Reader { get; }

    /// <summary>Told of every ranked item that is read, on the reader's thread.</summary>
    public Action<RankedItem>? OnRanked { get; set; }

    public IReadOnlyList<BenchProcess> Workers => _workers;

    public double CpuSeconds => _workers.Concat(_others).Sum(process => process.CpuSeconds);

    /// <param name="bank">Records of <c>bank-index</c> that are there from the start.</param>
    public static async Task<BenchLane> OpenAsync(string bootstrap, string name, IEnumerable<IndexRecord> bank, TimeProvider time, CancellationToken cancellation)
    {
        var clients = new KafkaClients(Options.Create(new KafkaOptions { Bootstrap = bootstrap, Prefix = $"{PrefixStart}{name}." }));
        using (var topics = new TopicSetup(clients))
        {
            await topics.ApplyAsync(grow: false);
        }

        Seed(clients, bank, cancellation);
        var lane = new BenchLane(name, clients, time);
        lane._reading = new(clients, lane.Reader.Apply, lane.Take);
        lane._read = lane._reading.RunAsync(lane._ending.Token);
        return lane;
    }

    /// <param name="settings">KEY=VALUE, over the shipped ones.</param>
    public async Task<BenchProcess> AddWorkerAsync(IEnumerable<string> settings, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var worker = await BenchProcess.StartAsync("worker", Clients.Options.Bootstrap, Clients.Options.Prefix, settings, environment, _time, cancellation);
        _workers.Add(worker);
        return worker;
    }

    public async Task AddBankRoleAsync(CancellationToken cancellation) =>
        _others.Add(await BenchProcess.StartAsync("bank", Clients.Options.Bootstrap, Clients.Options.Prefix, [], new Dictionary<string, string>(), _time, cancellation));

    /// <summary>
    /// Publishes texts as fast as the broker takes them and waits until each has its disposition. The workers' metrics are read
    /// before and after, the second time within what is measured.
    /// </summary>
    /// <param name="times">How often the same texts are published, under other ids each time.</param>
    public async Task<LaneRound> RoundAsync(BenchTexts texts, CancellationToken cancellation, int times = 1)
    {
        var round = $"{_name}-{_rounds++}";
        var records = Enumerable.Range(0, times).SelectMany(part => texts.Round($"{round}-{part}")).ToList();
        var allocated = await AllocatedAsync(cancellation);
        var cpu = _workers.Sum(worker => worker.CpuSeconds);
        var start = _time.GetTimestamp();
        await PublishAndWaitAsync(records, 0, cancellation);
        var seconds = _time.GetElapsedTime(start).TotalSeconds;
        // Reading the metrics is part of what telemetry costs.
        allocated = await AllocatedAsync(cancellation) - allocated;
        return new(records.Count, _workers.Sum(worker => worker.CpuSeconds) - cpu, seconds, allocated);
    }

    /// <summary>What the workers make a second when they have as much as they can take: the median of a few rounds, after one that is not counted.</summary>
    public async Task<double> FullRateAsync(BenchTexts texts, CancellationToken cancellation) =>
        BenchFigure.Median((await FullRoundsAsync(texts, cancellation)).ConvertAll(round => round.PerSecond));

    /// <summary>The same in a CPU-second of theirs.</summary>
    public async Task<double> CpuRateAsync(BenchTexts texts, CancellationToken cancellation) =>
        BenchFigure.Median((await FullRoundsAsync(texts, cancellation)).ConvertAll(round => round.PerCpuSecond));

    /// <summary>
    /// A load that is not counted. Small batches take paths that large ones do not: the runtime compiles them, in worker and
    /// broker, some seconds in.
    /// </summary>
    /// <param name="share">Of the full rate.</param>
    public async Task WarmUpAsync(BenchTexts texts, double share, CancellationToken cancellation) =>
        await LoadAsync(texts, share * await FullRateAsync(texts, cancellation), WarmUp, cancellation);

    /// <summary>Publishes texts at a rate for some time, the same ones again and again, and waits until each has its disposition.</summary>
    public async Task LoadAsync(BenchTexts texts, double perSecond, TimeSpan span, CancellationToken cancellation)
    {
        var count = (int)Math.Max(1, perSecond * span.TotalSeconds);
        var name = $"{_name}-load{_rounds++}";
        var records = Enumerable.Range(0, (count / texts.Texts.Count) + 1).SelectMany(part => texts.Round($"{name}-{part}")).Take(count);
        await PublishAndWaitAsync(records, perSecond, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _reading?.Dispose();
        await _publisher.DisposeAsync();
        foreach (var process in _workers.Concat(_others))
        {
            await process.DisposeAsync();
        }

        _ending.Dispose();
    }

    private async Task<List<LaneRound>> FullRoundsAsync(BenchTexts texts, CancellationToken cancellation)
    {
        const int Rounds = 3;
        await RoundAsync(texts, cancellation);
        List<LaneRound> counted = [];
        while (counted.Count < Rounds)
        {
            counted.Add(await RoundAsync(texts, cancellation));
        }

        return counted;
    }

    private void Take(RankedItem item)
    {
        Reader.Apply(item);
        OnRanked?.Invoke(item);
    }

    private async Task PublishAndWaitAsync(IEnumerable<StreamRecord> records, double perSecond, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A soak takes as long as it takes; what must not take long is each wait.
        await _publisher.PublishAsync(records, perSecond, cancellation);
        patience.CancelAfter(Patience);
        while (!Reader.HasReached(_publisher.LastOffsets))
        {
            if (_read.IsCompleted)
            {
                await _read;
            }

            await Task.Delay(Look, _time, patience.Token);
        }
    }

    private async Task<double?> AllocatedAsync(CancellationToken cancellation)
    {
        double? sum = 0;
        foreach (var worker in _workers)
        {
            sum += await worker.MetricAsync(Allocated, cancellation);
        }

        return sum;
    }

    private static void Seed(KafkaClients clients, IEnumerable<IndexRecord> bank, CancellationToken cancellation)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(clients.Producer()).SetLogHandler((_, _) => { }).Build();
        foreach (var record in bank)
        {
            var message = new Message<byte[], byte[]?> { Key = Encoding.UTF8.GetBytes(record.Key), Value = record.Value, Headers = new() { { WireHeaders.Schema, WireHeaders.SchemaOf(record.Message) } } };
            while (!TryProduce(producer, clients.Topics.BankIndex, message))
            {
                producer.Flush(cancellation);
            }
        }

        producer.Flush(cancellation);
    }

    private static bool TryProduce(IProducer<byte[], byte[]?> producer, string topic, Message<byte[], byte[]?> message)
    {
        try
        {
            producer.Produce(topic, message);
            return true;
        }
        catch (ProduceException<byte[], byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }
}
