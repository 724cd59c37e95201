using System.Diagnostics;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Kafka;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>Broker, Redis, two workers and a review role, each a supervised process of its own.</summary>
internal sealed class StormWorld : IAsyncDisposable
{
    public static readonly string[] Tokens = ["storm-reviewer-one", "storm-reviewer-two", "storm-reviewer-six"];

    private const string Prefix = "storm.";
    private const int SessionSeconds = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("vigil-storm-").FullName;
    private readonly Func<int, string, ProcessStartInfo> _startBroker;
    private readonly StormLog _log;
    private readonly int _brokerPort = LoopbackPort.Free();
    private readonly int _redisPort = LoopbackPort.Free();
    private readonly List<Supervised> _processes = [];
    private Supervised _broker = null!;
    private Supervised _redis = null!;
    private Supervised _review = null!;
    private Supervised[] _workers = [];

    public StormWorld(Func<int, string, ProcessStartInfo> startBroker, StormLog log)
    {
        (_startBroker, _log) = (startBroker, log);
        Clients = new(Options.Create(new KafkaOptions { Bootstrap = $"127.0.0.1:{_brokerPort}", Prefix = Prefix }));
        Api = new($"http://127.0.0.1:{LoopbackPort.Free()}");
    }

    public KafkaClients Clients { get; }

    public Uri Api { get; }

    public string BrokerFolder => Path.Combine(_folder, "broker");

    /// <summary>To be disposed by whoever asks.</summary>
    public ConnectionMultiplexer ConnectRedis() => ConnectionMultiplexer.Connect($"127.0.0.1:{_redisPort},allowAdmin=true,abortConnect=false");

    public async Task StartAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(BrokerFolder);
        Directory.CreateDirectory(Path.Combine(_folder, "redis"));
        _broker = Supervise("broker", () => _startBroker(_brokerPort, BrokerFolder));
        _redis = Supervise("redis", () => StormServers.Redis(_redisPort, Path.Combine(_folder, "redis")));
        await RunAsync(cancellation, "topics", "apply");
        _workers = [Supervise("worker 0", () => Worker(0), _log.Heard), Supervise("worker 1", () => Worker(1), _log.Heard)];
        _review = Supervise("review", Review);
    }

    public async Task StrikeAsync(Blow blow, Random draw, CancellationToken cancellation)
    {
        var worker = _workers.Length > 0 ? _workers[draw.Next(_workers.Length)] : throw new InvalidOperationException("not started");
        switch (blow)
        {
            case Blow.WorkerKilled:
                await worker.KillAsync();
                break;
            case Blow.WorkerKilledInTransaction:
                await worker.DieAtAsync("after-first-produce:1", cancellation);
                break;
            case Blow.WorkerLeaves:
                await worker.LeaveAsync();
                break;
            case Blow.WorkerFrozen:
                worker.Signal("STOP");
                await Task.Delay(TimeSpan.FromSeconds(3 * SessionSeconds), cancellation);
                worker.Signal("CONT");
                break;
            case Blow.BrokerKilled:
                await _broker.KillAsync();
                break;
            case Blow.RedisKilled:
                await _redis.KillAsync();
                break;
            case Blow.ReviewKilled:
                await _review.KillAsync();
                break;
            case Blow.RedisFlushed:
                await OnRedisAsync(server => server.FlushAllDatabasesAsync());
                break;
            default:
                await OnRedisAsync(server => server.ConfigSetAsync("maxmemory", "1"));
                await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
                await OnRedisAsync(server => server.ConfigSetAsync("maxmemory", "0"));
                break;
        }
    }

    /// <summary>Runs a command of the program to its end and expects it to succeed.</summary>
    public async Task RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        // The servers take a moment, and a command gives up sooner than that on a busy machine.
        for (var attempt = 0; ; attempt++)
        {
            using var command = Process.Start(StormServers.Vigil(Environment(), arguments))!;
            await command.WaitForExitAsync(cancellation);
            if (command.ExitCode == 0)
            {
                return;
            }

            Assert.True(attempt < 5, $"vigil {string.Join(' ', arguments)} ends with {command.ExitCode}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Clients first, servers last.
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Supervised Supervise(string name, Func<ProcessStartInfo> start, Action<string>? heard = null)
    {
        var process = new Supervised(name, start, _log.Write, heard);
        _processes.Add(process);
        return process;
    }

    private ProcessStartInfo Worker(int instance) => StormServers.Vigil(
        Environment(),
        "run", "--roles", "worker",
        "--set", $"Ingest:Instance={instance}",
        "--set", $"Ingest:SessionTimeoutSeconds={SessionSeconds}",
        "--set", "Ingest:BatchRecords=64",
        "--set", "Ingest:WatchdogSeconds=15",
        "--set", "Embed:Threads=1",
        "--set", "Bank:Starter=");

    private ProcessStartInfo Review()
    {
        var environment = Environment();
        environment["VIGIL__HTTP__URLS"] = Api.ToString();
        foreach (var token in Tokens)
        {
            environment[$"VIGIL__REVIEW__TOKENS__{token}__NAME"] = token;
            environment[$"VIGIL__REVIEW__TOKENS__{token}__ROLES"] = "reviewer,lead";
        }

        return StormServers.Vigil(environment, "run", "--roles", "review", "--set", "Review:LeaseMinutes=0.15", "--set", "Review:SecondShare=0.2");
    }

    private Dictionary<string, string> Environment() => new()
    {
        ["KAFKA_BOOTSTRAP"] = $"127.0.0.1:{_brokerPort}",
        ["REDIS_URL"] = $"redis://127.0.0.1:{_redisPort}",
        ["VIGIL__KAFKA__PREFIX"] = Prefix,
        ["VIGIL__HTTP__URLS"] = "http://127.0.0.1:0",
    };

    private async Task OnRedisAsync(Func<IServer, Task> command)
    {
        await using var redis = ConnectRedis();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await command(redis.GetServers()[0]);
                return;
            }
            catch (RedisException) when (attempt < 100)
            {
                // It was killed a moment ago and reads its file.
                await Task.Delay(100);
            }
        }
    }
}
