using Vigil.Embed;
using Vigil.Ingest;
using Vigil.Pipeline.Demo;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Rank.Policies;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// `vigil bench pipeline`: the whole worker against its encoder and exact search alone, in one run, A B A B. Broker and worker
/// are processes of their own, so that only the worker's CPU counts as the worker's.
/// </summary>
internal sealed class PipelineBench(PipelineBenchOptions options, TimeProvider time, TextWriter progress)
{
    private const double LoadShare = 0.7;

    private static readonly TimeSpan Calibration = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly List<double> _multiply = [];
    private readonly List<PipelineRound> _rounds = [];

    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        var texts = BenchTexts.Load(options.Data, options.Items);
        using var folder = new TemporaryFolder();
        var (broker, bootstrap) = await BrokerChild.StartAsync(folder.Below("broker"), cancellation);
        await using var brokerEnds = broker;
        await using var host = VigilHost.Build(Role.Bank, Settings(bootstrap), builder =>
        {
            QuietLogs.Apply(builder);
            builder.Services.AddFollowedBank();
        });
        var clients = host.Services.GetRequiredService<KafkaClients>();
        using (var topics = new TopicSetup(clients))
        {
            await topics.ApplyAsync(grow: false);
        }

        await VigilHost.StartAsync(host, cancellation);
        var bank = host.Services.GetRequiredService<Bank>();
        await progress.WriteLineAsync("starting worker and bank");
        await new Readiness(host.Services, time).WaitAsync(isFresh: true, cancellation);
        await using var worker = await WorkerChild.StartAsync(bootstrap, cancellation);
        var policies = PolicyFiles.Load(Configuration.VigilHome.Policies).Policies.Select(policy => policy.Id).ToList();
        var baseline = new Baseline(host.Services.GetRequiredService<IEncoder>(), bank, policies, new IngestOptions().BatchRecords);

        var loadBefore = Machine.Load();
        var latencies = await MeasureAsync(texts, baseline, clients, worker.Id, cancellation);
        var facts = new PipelineFacts(texts, bank.Summary, loadBefore, Machine.Load());
        await host.StopAsync(CancellationToken.None);
        return PipelineFigures.Report(_rounds, _multiply, latencies, LoadShare, facts);
    }

    private async Task<IReadOnlyList<double>> MeasureAsync(BenchTexts texts, Baseline baseline, KafkaClients clients, int workerId, CancellationToken cancellation)
    {
        var reader = new RoundReader(time);
        using var status = new LiveReader(clients, reader.Apply, reader.Apply);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = status.RunAsync(ending.Token);
        using var multiply = new MatrixMultiply();
        try
        {
            // Warm-up: both sides, not counted.
            await WorkerRoundAsync(texts, "warm", reader, clients, workerId, cancellation);
            baseline.Run(texts.Texts, cancellation);
            await CheckSameEncoderAsync(reader, baseline, cancellation);
            for (var round = 0; round < options.Rounds; round++)
            {
                _multiply.Add(multiply.BestRate(Calibration, time));
                var (cpu, wall) = await WorkerRoundAsync(texts, $"{round}", reader, clients, workerId, cancellation);
                _rounds.Add(new(options.Items / cpu, options.Items / wall, BaselineRound(texts, baseline, cancellation)));
                await progress.WriteLineAsync(_rounds[^1].Line(round + 1, options.Rounds));
            }

            reader.TakeLatencies();
            var rate = LoadShare * BenchFigure.Median([.. _rounds.Select(round => round.WorkerPerSecond)]);
            await PublishAndWaitAsync(LoadFor(texts, rate), reader, new StreamPublisher(clients, time, rate), cancellation);
            return reader.TakeLatencies();
        }
        finally
        {
            await ending.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A worker that ranks by hashes alone would look many times faster than its own encoder.
    private async Task CheckSameEncoderAsync(RoundReader reader, Baseline baseline, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (reader.Embedder.Length == 0)
        {
            await Task.Delay(Look, time, patience.Token);
        }

        if (reader.Embedder != baseline.EncoderHash)
        {
            throw new CommandFailedException($"The worker ranks with embedder '{reader.Embedder}', the baseline with '{baseline.EncoderHash}': nothing can be compared.");
        }
    }

    private IEnumerable<Samples.StreamRecord> LoadFor(BenchTexts texts, double rate)
    {
        var count = (int)Math.Max(1, rate * options.LatencySeconds);
        return Enumerable.Range(0, (count / texts.Texts.Count) + 1).SelectMany(part => texts.Round($"load{part}")).Take(count);
    }

    // :: A: everything, in the worker's own process
    private async Task<(double Cpu, double Wall)> WorkerRoundAsync(
        BenchTexts texts, string name, RoundReader reader, KafkaClients clients, int workerId, CancellationToken cancellation)
    {
        var records = texts.Round(name).ToList();
        var cpu = ProcessCpu.Seconds(workerId);
        var start = time.GetTimestamp();
        await PublishAndWaitAsync(records, reader, new StreamPublisher(clients, time), cancellation);
        return (ProcessCpu.Seconds(workerId) - cpu, time.GetElapsedTime(start).TotalSeconds);
    }

    // :: B: encoder and search alone, in ours
    private static double BaselineRound(BenchTexts texts, Baseline baseline, CancellationToken cancellation)
    {
        var before = Environment.CpuUsage.TotalTime;
        baseline.Run(texts.Texts, cancellation);
        return texts.Texts.Count / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private async Task PublishAndWaitAsync(IEnumerable<Samples.StreamRecord> records, RoundReader reader, StreamPublisher publisher, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        await publisher.PublishAsync(records, patience.Token);
        while (!reader.HasReached(publisher.LastOffsets))
        {
            await Task.Delay(Look, time, patience.Token);
        }
    }

    private static KeyValuePair<string, string?>[] Settings(string bootstrap) =>
    [
        KeyValuePair.Create("Kafka:Bootstrap", (string?)bootstrap),
        KeyValuePair.Create("Http:Urls", (string?)"http://127.0.0.1:0"),
    ];
}
