using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Options;
using Vigil.Broker;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests.Worker;

public sealed class TopicSetupTests
{
    [Fact]
    public async Task ApplyAsync_EmptyCluster_CreatesEveryTopicAsDesigned()
    {
        await using var broker = DevelopmentBroker.Start();
        using var setup = new TopicSetup(Clients(broker));
        Assert.All(await setup.ReadAsync(), state => Assert.False(state.Exists));

        await setup.ApplyAsync(grow: false);

        Assert.All(await setup.ReadAsync(), state => Assert.Equal((state.Wanted.Partitions, 0), (state.Partitions, state.Differences.Count)));
        Assert.Empty(await setup.FaultsAsync());
    }

    [Fact]
    public async Task ApplyAsync_SettingThatDiffers_IsMended()
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = Clients(broker);
        using var setup = new TopicSetup(clients);
        await setup.ApplyAsync(grow: false);
        await SetAsync(clients, "message.timestamp.type", "CreateTime");
        Assert.Equal(("message.timestamp.type", "CreateTime", "LogAppendTime"), Assert.Single((await setup.ReadAsync())[0].Differences));

        await setup.ApplyAsync(grow: false);

        Assert.Empty((await setup.ReadAsync())[0].Differences);
    }

    [Fact]
    public async Task FaultsAsync_CreateTime_IsNoneOnContentAndOneElsewhere()
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = Clients(broker);
        using var setup = new TopicSetup(clients);
        await setup.ApplyAsync(grow: false);
        await SetAsync(clients, "message.timestamp.type", "CreateTime");
        Assert.Empty(await setup.FaultsAsync());

        await SetAsync(clients, "message.timestamp.type", "CreateTime", clients.Topics.Ranked);

        Assert.Contains($"{clients.Topics.Ranked} has message.timestamp.type=CreateTime", Assert.Single(await setup.FaultsAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retention.ms", "1209600000")]
    [InlineData("retention.ms", "-1")]
    [InlineData("max.message.bytes", "10485760")]
    public async Task ApplyAsync_MoreThanWanted_IsLeftAsTheOperatorSetIt(string name, string value)
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = Clients(broker);
        using var setup = new TopicSetup(clients);
        await setup.ApplyAsync(grow: false);
        await SetAsync(clients, name, value);

        await setup.ApplyAsync(grow: false);

        Assert.Empty(await setup.FaultsAsync());
        using var admin = new AdminClientBuilder(clients.Admin()).Build();
        var found = await admin.DescribeConfigsAsync([new() { Type = ResourceType.Topic, Name = clients.Topics.Content }]);
        Assert.Equal(value, found[0].Entries[name].Value);
    }

    [Fact]
    public async Task FaultsAsync_LessThanWanted_IsAFault()
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = Clients(broker);
        using var setup = new TopicSetup(clients);
        await setup.ApplyAsync(grow: false);
        await SetAsync(clients, "retention.ms", "60000");
        Assert.Contains("retention.ms=60000", Assert.Single(await setup.FaultsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ApplyAsync_TooFewPartitions_GrowsOnlyWhenTold()
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = Clients(broker);
        using var admin = new AdminClientBuilder(clients.Admin()).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = clients.Topics.Content, NumPartitions = 2, ReplicationFactor = 1 }]);
        using var setup = new TopicSetup(clients);

        await setup.ApplyAsync(grow: false);
        Assert.Equal(2, (await setup.ReadAsync())[0].Partitions);

        await setup.ApplyAsync(grow: true);
        Assert.Equal(12, (await setup.ReadAsync())[0].Partitions);
    }

    private static async Task SetAsync(KafkaClients clients, string name, string value, string? topic = null)
    {
        using var admin = new AdminClientBuilder(clients.Admin()).Build();
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [new() { Type = ResourceType.Topic, Name = topic ?? clients.Topics.Content }] = [new() { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set }],
        });
    }

    private static KafkaClients Clients(DevelopmentBroker broker) => new(Options.Create(new KafkaOptions { Bootstrap = broker.Bootstrap, Prefix = "s." }));
}
