using System.Globalization;
using System.Net;
using Confluent.Kafka;
using Google.Protobuf;
using StackExchange.Redis;
using Vigil.Pipeline.Demo;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Kafka;
using Vigil.Review;
using Role = Vigil.Pipeline.Roles.Role;

namespace Vigil.Pipeline.Bench;

/// <param name="Items">Items that wait in the queue.</param>
/// <param name="Seconds">How long each round of claims lasts.</param>
internal sealed record ReviewBenchOptions(int Items, int Claimants, int Rounds, int Seconds);

/// <summary>
/// `vigil bench review`: the projection as it follows the log and as it is rebuilt, what an item takes in Redis, and claims over
/// HTTP by many at once. Broker and Redis are processes of their own; the review role and its callers share this one.
/// </summary>
internal sealed class ReviewBench(ReviewBenchOptions options, TimeProvider time, TextWriter progress)
{
    private const string Queue = "hate";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly List<double> _projection = [];
    private readonly List<double> _rebuild = [];
    private readonly List<double> _claimP99 = [];
    private readonly List<double> _claims = [];

    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var (broker, bootstrap) = await BrokerChild.StartAsync(folder.Below("broker"), cancellation);
        await using var brokerEnds = broker;
        var (redisChild, redisUrl) = await RedisChild.StartAsync(folder.Below("redis"), cancellation);
        await using var redisEnds = redisChild;
        var tokens = Enumerable.Range(0, options.Claimants).Select(i => (Token: DemoReviewer.Make().Token, Name: $"claimant-{i}")).ToList();
        await using var host = VigilHost.Build(Role.Review, Settings(bootstrap, redisUrl, tokens), QuietLogs.Apply);
        var clients = host.Services.GetRequiredService<KafkaClients>();
        using (var topics = new TopicSetup(clients))
        {
            await topics.ApplyAsync(grow: false);
        }

        await VigilHost.StartAsync(host, cancellation);
        try
        {
            return await MeasureAsync(host, clients, redisChild, tokens, cancellation);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private async Task<BenchReport> MeasureAsync(WebApplication host, KafkaClients clients, ChildProcess redisChild, List<(string Token, string Name)> tokens, CancellationToken cancellation)
    {
        var stage = host.Services.GetRequiredService<ReviewStage>();
        var redis = host.Services.GetRequiredService<IConnectionMultiplexer>();
        await WaitAsync(async () => (await stage.Queues.ListAsync()).Refused is null, cancellation);

        var loadBefore = Machine.Load();
        var empty = await UsedMemoryAsync(redis);
        var meanBytes = await ProjectAsync(clients, stage, redisChild.Id, cancellation);
        var bytesPerItem = (await UsedMemoryAsync(redis) - empty) / (double)options.Items;
        for (var round = 0; round < options.Rounds; round++)
        {
            var cpu = new CpuOf(redisChild.Id);
            var start = time.GetTimestamp();
            _ = await stage.RebuildAsync(null, cancellation) ?? throw new CommandFailedException("Another process is rebuilding the queues.");
            _rebuild.Add(options.Items / time.GetElapsedTime(start).TotalSeconds);
            await progress.WriteLineAsync(Invariant($"rebuild {round + 1} of {options.Rounds}: {_rebuild[^1]:0} items/s, {cpu.Of(options.Items)}"));
        }

        await ClaimRoundsAsync(new Uri(host.Urls.First()), tokens.ConvertAll(each => each.Token), cancellation);
        var conditions = Invariant($"{options.Items} items of {meanBytes:0} bytes on ranked, one queue, machine load {loadBefore:0.0} before and {Machine.Load():0.0} after");
        return Report(bytesPerItem, conditions);
    }

    // :: The live reader follows a log that is being written
    private async Task<double> ProjectAsync(KafkaClients clients, ReviewStage stage, int redisId, CancellationToken cancellation)
    {
        var items = new ReviewItems(time.GetUtcNow());
        var bytes = 0L;
        using var producer = new ProducerBuilder<string, byte[]>(clients.Producer()).Build();
        for (var round = 0; round < options.Rounds; round++)
        {
            var from = (long)options.Items * round / options.Rounds;
            var to = (long)options.Items * (round + 1) / options.Rounds;
            var records = Enumerable.Range(0, (int)(to - from)).Select(_ => items.Next(Queue)).Select(item => new Message<string, byte[]> { Key = item.ContentId, Value = item.ToByteArray() }).ToList();
            bytes += records.Sum(record => (long)record.Value.Length);
            var cpu = new CpuOf(redisId);
            var start = time.GetTimestamp();
            await Task.Run(() => Publish(producer, clients.Topics.Ranked, records), cancellation);
            await WaitAsync(async () => (await stage.Queues.ListAsync()).Value?.Sum(queue => queue.Depth) == to, cancellation);
            _projection.Add(records.Count / time.GetElapsedTime(start).TotalSeconds);
            await progress.WriteLineAsync(Invariant($"projection {round + 1} of {options.Rounds}: {_projection[^1]:0} items/s, {cpu.Of(records.Count)}"));
        }

        return (double)bytes / options.Items;
    }

    private static void Publish(IProducer<string, byte[]> producer, string topic, List<Message<string, byte[]>> records)
    {
        foreach (var record in records)
        {
            while (true)
            {
                try
                {
                    producer.Produce(topic, record);
                    break;
                }
                catch (ProduceException<string, byte[]> fault) when (fault.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(Look);
                }
            }
        }

        producer.Flush(Patience);
    }

    // :: Everybody claims as fast as answers come, and gives the item back
    private async Task ClaimRoundsAsync(Uri address, IReadOnlyList<string> tokens, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = options.Claimants }) { BaseAddress = address, DefaultRequestVersion = HttpVersion.Version11 };
        // A role that runs, not one that starts: the code of both ends is compiled again while it warms up.
        await ClaimForAsync(http, tokens, WarmUp, cancellation);
        for (var round = 0; round < options.Rounds; round++)
        {
            var start = time.GetTimestamp();
            var latencies = await ClaimForAsync(http, tokens, TimeSpan.FromSeconds(options.Seconds), cancellation);
            var elapsed = time.GetElapsedTime(start).TotalSeconds;
            _claimP99.Add(latencies.Count == 0 ? double.PositiveInfinity : latencies[(int)((latencies.Count - 1) * 0.99)]);
            _claims.Add(latencies.Count / elapsed);
            await progress.WriteLineAsync(Invariant($"claims {round + 1} of {options.Rounds}: p99 {_claimP99[^1]:0.0} ms, {_claims[^1]:0}/s"));
        }
    }

    /// <returns>Milliseconds of every claim, sorted.</returns>
    private async Task<List<double>> ClaimForAsync(HttpClient http, IReadOnlyList<string> tokens, TimeSpan span, CancellationToken cancellation)
    {
        var all = await Task.WhenAll(tokens.Select(token => new ReviewCaller(http, token, Queue, time).ClaimForAsync(span, cancellation)));
        return [.. all.SelectMany(each => each).Order()];
    }

    private async Task WaitAsync(Func<Task<bool>> condition, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (!await condition())
        {
            await Task.Delay(Look, time, patience.Token);
        }
    }

    private static async Task<long> UsedMemoryAsync(IConnectionMultiplexer redis)
    {
        var info = (string)(await redis.GetDatabase().ScriptEvaluateAsync("return redis.call('INFO', 'memory')"))!;
        var line = info.Split('\n').First(line => line.StartsWith("used_memory:", StringComparison.Ordinal));
        return long.Parse(line["used_memory:".Length..].Trim(), CultureInfo.InvariantCulture);
    }

    private BenchReport Report(double bytesPerItem, string conditions) => new("review", Machine.Here(),
    [
        BenchFigure.OfRuns("review.claim_p99_ms", _claimP99, "ms", BenchFigure.Lower, 25, Invariant($"{options.Claimants} claimants over HTTP without a pause, each gives its item back; {conditions}")),
        BenchFigure.OfRuns("review.claims_per_s", _claims, "1/s", BenchFigure.Higher, null, "claims alone; as many releases beside them"),
        BenchFigure.OfRuns("review.projection_items_per_s", _projection, "item/s", BenchFigure.Higher, 5_000, "from the first publish to all of them waiting; publisher and broker on the same cores"),
        BenchFigure.OfRuns("review.rebuild_items_per_s", _rebuild, "item/s", BenchFigure.Higher, 10_000, "the whole log into a new generation, swap and deletion of the old one included"),
        BenchFigure.OfRuns("review.bytes_per_item", [bytesPerItem], "By", BenchFigure.Lower, 1_500, "growth of used_memory over the items that wait; Redis with hash-max-listpack-value 4096, as in deploy"),
    ]);

    private static KeyValuePair<string, string?>[] Settings(string bootstrap, string redis, IEnumerable<(string Token, string Name)> tokens) =>
    [
        KeyValuePair.Create("Kafka:Bootstrap", (string?)bootstrap),
        KeyValuePair.Create("Redis:Url", (string?)redis),
        KeyValuePair.Create("Http:Urls", (string?)"http://127.0.0.1:0"),
        .. tokens.Select(each => KeyValuePair.Create($"Review:Tokens:{each.Token}:Name", (string?)each.Name)),
    ];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>CPU time since its making, so that a busy machine's rates can be read.</summary>
    private sealed class CpuOf(int redisId)
    {
        private readonly double _redis = ProcessCpu.Seconds(redisId);
        private readonly TimeSpan _own = Environment.CpuUsage.TotalTime;

        public string Of(int items) => Invariant(
            $"{(ProcessCpu.Seconds(redisId) - _redis) / items * 1e6:0} µs of Redis and {(Environment.CpuUsage.TotalTime - _own).TotalMicroseconds / items:0} µs of ours an item");
    }
}
