using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests.Network;

/// <summary>A worker, and the development broker that it and a publisher reach through a <see cref="TcpProxy"/>.</summary>
internal sealed class ProxiedWorker : IAsyncDisposable
{
    /// <summary>The client whose line stays good.</summary>
    public const string PublisherName = "publisher";

    private const string Prefix = "network.";

    private readonly DevelopmentBroker _broker;

    private ProxiedWorker(TcpProxy proxy, DevelopmentBroker broker, Uri address, VigilProcess process)
    {
        (Proxy, _broker, Process) = (proxy, broker, process);
        Http = new() { BaseAddress = address };
    }

    public TcpProxy Proxy { get; }

    public VigilProcess Process { get; }

    public HttpClient Http { get; }

    public Topics Topics { get; } = new(Prefix);

    /// <param name="settings">As <c>--set</c> has them, beside an empty bank.</param>
    public static async Task<ProxiedWorker> StartAsync(int seed, CancellationToken cancellation, params string[] settings)
    {
        var proxy = new TcpProxy(PublisherName, seed);
        var broker = DevelopmentBroker.Start(new BrokerOptions { Advertise = proxy.Address });
        proxy.Serve(broker.Bootstrap);
        var environment = new Dictionary<string, string> { ["VIGIL__KAFKA__PREFIX"] = Prefix };
        using var topics = VigilProcess.Start(proxy.Address, environment, "topics", "apply");
        Assert.Equal(0, await topics.ExitCodeAsync(cancellation));
        environment["VIGIL__HTTP__URLS"] = $"http://127.0.0.1:{LoopbackPort.Free()}";
        string[] all = ["Bank:Starter=", .. settings];
        var worker = VigilProcess.Start(proxy.Address, environment, ["run", "--roles", "worker", .. all.SelectMany(setting => new[] { "--set", setting })]);
        return new(proxy, broker, new(environment["VIGIL__HTTP__URLS"]), worker);
    }

    /// <summary>Records of <c>status</c> so far.</summary>
    public int Statuses() => TopicContents.ReadAll(Proxy.Address, Topics.Status).Count;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Process.Dispose();
        await _broker.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
