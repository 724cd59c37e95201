using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Vigil.Broker.Tests;

public sealed class DevelopmentBrokerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Start_WithWrongOptions_NamesThemAll()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => DevelopmentBroker.Start(new BrokerOptions
        {
            Port = 70_000,
            Advertise = "nowhere",
            MaxConnections = 0,
            SweepInterval = TimeSpan.Zero,
        }));

        Assert.Equal(4, refused.Failures.Count());
    }

    [Theory]
    [InlineData("host:9092", true)]
    [InlineData("::1:9092", true)]
    [InlineData("host", false)]
    [InlineData(":9092", false)]
    [InlineData("host:0", false)]
    [InlineData("host:65536", false)]
    [InlineData("host:-1", false)]
    public void Advertise_IsHostAndPort(string text, bool valid) => Assert.Equal(valid, AdvertisedAddress.TryParse(text, out _));

    [Fact]
    public async Task Metadata_BehindAProxy_NamesTheProxy()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { Advertise = "proxy.invalid:19092" });
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).SetLogHandler((_, _) => { }).Build();

        var node = admin.GetMetadata(Patience).Brokers.Single();

        Assert.Equal(("proxy.invalid", 19092), (node.Host, node.Port));
    }

    [Fact]
    public async Task Start_OnAPortInUse_IsRefusedAndLeavesTheFolderFree()
    {
        using var folder = new TemporaryFolder();
        await using var first = DevelopmentBroker.Start();
        var port = PortOf(first);

        Assert.Throws<IOException>(() => DevelopmentBroker.Start(new BrokerOptions { Port = port, DataDirectory = folder.Path }));

        await using var second = DevelopmentBroker.Start(new BrokerOptions { DataDirectory = folder.Path });
    }

    [Fact]
    public async Task Start_OnThePortOfABrokerThatJustEnded_Succeeds()
    {
        var first = DevelopmentBroker.Start();
        var port = PortOf(first);
        using var client = await RawClient.ConnectAsync(first.Bootstrap, Cancellation);
        await client.InitProducerIdAsync(null);
        await first.DisposeAsync();

        // The broker closed first: its side of the connection lingers.
        await client.DrainAsync();

        await using var second = DevelopmentBroker.Start(new BrokerOptions { Port = port });
        using var again = await RawClient.ConnectAsync(second.Bootstrap, Cancellation);
        await again.InitProducerIdAsync(null);
    }

    [Fact]
    public async Task Dispose_WithClientsWaiting_EndsTheirConnections()
    {
        var broker = DevelopmentBroker.Start(new BrokerOptions { AutoCreateTopics = true });
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
        await client.JoinGroupAsync("group", 10_000, 600_000);
        using var other = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
        var waiting = other.JoinGroupAsync("group", 10_000, 600_000);

        await broker.DisposeAsync();
        await broker.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => waiting);
        Assert.True(broker.Completion.IsCompletedSuccessfully);
    }

    private static int PortOf(DevelopmentBroker broker) => int.Parse(broker.Bootstrap.Split(':')[1], CultureInfo.InvariantCulture);
}
