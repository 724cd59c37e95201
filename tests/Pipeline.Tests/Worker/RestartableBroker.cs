using System.Diagnostics;
using Vigil.Broker;
using Vigil.Broker.Tests;

namespace Vigil.Pipeline.Tests.Worker;

/// <summary>A broker of the test's own, that can go away and come back at its address and with its data.</summary>
internal abstract class RestartableBroker : IAsyncDisposable
{
    /// <summary>Long enough for every client to notice that nobody is there.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2);

    protected TemporaryFolder Folder { get; } = new();

    public string Bootstrap { get; private set; } = "";

    protected int Port => int.Parse(Bootstrap.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);

    public async Task RestartAsync(CancellationToken cancellation)
    {
        await StopAsync();
        await Task.Delay(Away, cancellation);
        await StartAsync(Port);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Folder.Dispose();
    }

    /// <param name="port">0: any.</param>
    protected async Task StartAsync(int port) => Bootstrap = await ServeAsync(port);

    protected abstract Task<string> ServeAsync(int port);

    public abstract Task StopAsync();
}

internal sealed class RestartableDevelopmentBroker : RestartableBroker
{
    private DevelopmentBroker? _broker;

    public static async Task<RestartableBroker> StartAsync()
    {
        var broker = new RestartableDevelopmentBroker();
        await broker.StartAsync(0);
        return broker;
    }

    protected override Task<string> ServeAsync(int port)
    {
        _broker = DevelopmentBroker.Start(new BrokerOptions { Port = port, DataDirectory = Folder.Path });
        return Task.FromResult(_broker.Bootstrap);
    }

    public override async Task StopAsync()
    {
        if (_broker is { } broker)
        {
            _broker = null;
            await broker.DisposeAsync();
        }
    }
}

/// <summary>Killed with -9 each time.</summary>
internal sealed class RestartableApacheKafka : RestartableBroker
{
    private Process? _process;

    public static async Task<RestartableBroker> StartAsync()
    {
        var broker = new RestartableApacheKafka();
        await broker.StartAsync(0);
        return broker;
    }

    protected override async Task<string> ServeAsync(int port)
    {
        var script = Repository.Shared("kafka/run.sh");
        if (!File.Exists(script))
        {
            Requirement.Missing("Apache Kafka does not lie beside this checkout (../shared/kafka).");
        }

        string[] same = port == 0 ? [] : ["--port", $"{port}"];
        _process = Process.Start(new ProcessStartInfo("bash", [script, "--data", Folder.Path, .. same]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = _process.StandardError.ReadToEndAsync();
        var line = await _process.StandardOutput.ReadLineAsync();
        if (line?.Split(' ') is not ["BOOTSTRAP", var address])
        {
            Requirement.Missing($"Apache Kafka did not start: {await errors}");
            return "";
        }

        return address;
    }

    public override async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
