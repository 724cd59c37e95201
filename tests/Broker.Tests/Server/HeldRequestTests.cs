using Confluent.Kafka;
using Confluent.Kafka.Admin;
using WireError = Vigil.Broker.Protocol.ErrorCode;

namespace Vigil.Broker.Tests.Server;

public sealed class HeldRequestTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Wake-ups for bytes that have been read already come when more clients ask than there are cores.
    [Fact]
    public async Task Fetch_HeldForManyClientsAtOnce_IsAnsweredEachTime()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions());
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "topic", NumPartitions = 1, ReplicationFactor = 1 }]);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal((WireError.None, 0), await client.FetchAsync("topic", 0, TimeSpan.FromMilliseconds(1 + (i % 7))));
            }
        })));
    }
}
