using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>The administration that Vigil does: topics, partitions, settings.</summary>
public abstract class AdminConformance(IBrokerUnderTest broker) : ConformanceSuite(broker)
{
    [Fact]
    public async Task Topic_DeletedAndCreatedAgain_IsAnotherAndItsOffsetsAreGone()
    {
        var (topic, group) = (await TopicAsync(2), Name("group"));
        await Producer().ProduceAsync(new TopicPartition(topic, 0), Record("former"), Cancellation);
        await UntilAsync(() => IsCommittedAsync(group, new(topic, 0, 1)), "the group's offset is taken");
        Assert.Equal(1, await CommittedAsync(group, topic));
        var former = await IdAsync(topic);
        Assert.Equal(former, await IdAsync(topic));

        await Admin.DeleteTopicsAsync([topic]);
        await UntilAsync(async () => !(await NamesAsync()).Contains(topic), "the topic is gone");
        await CreateAsync(topic);

        await UntilAsync(async () => await CommittedAsync(group, topic) == Offset.Unset.Value, "the group's offset is gone");
        Assert.NotEqual(former, await IdAsync(topic));
        Assert.Empty(ValuesOf(topic));
    }

    // A broker that has just started may still be loading what its groups have committed.
    private async Task<bool> IsCommittedAsync(string group, TopicPartitionOffset offset)
    {
        try
        {
            await Admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [offset])]);
            return true;
        }
        catch (AlterConsumerGroupOffsetsException)
        {
            return false;
        }
    }

    [Fact]
    public async Task CreateTopics_WrongOnes_AreEachRefusedWithTheirReason()
    {
        var topic = await TopicAsync();

        async Task<ErrorCode> RefusedAsync(TopicSpecification specification) =>
            (await Assert.ThrowsAsync<CreateTopicsException>(() => Admin.CreateTopicsAsync([specification]))).Results[0].Error.Code;

        Assert.Equal(ErrorCode.TopicAlreadyExists, await RefusedAsync(new() { Name = topic, NumPartitions = 1 }));
        Assert.Equal(ErrorCode.TopicException, await RefusedAsync(new() { Name = "no spaces", NumPartitions = 1 }));
        Assert.Equal(ErrorCode.InvalidPartitions, await RefusedAsync(new() { Name = Name("topic"), NumPartitions = 0 }));
        Assert.Equal(ErrorCode.InvalidReplicationFactor, await RefusedAsync(new() { Name = Name("topic"), NumPartitions = 1, ReplicationFactor = 3 }));
        Assert.Equal(ErrorCode.InvalidConfig, await RefusedAsync(new() { Name = Name("topic"), NumPartitions = 1, Configs = new() { ["retention.ms"] = "soon" } }));
    }

    [Fact]
    public async Task DeleteTopics_Unknown_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<DeleteTopicsException>(() => Admin.DeleteTopicsAsync([Name("never")]));

        Assert.Equal(ErrorCode.UnknownTopicOrPart, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task CreatePartitions_More_AreAddedEmpty()
    {
        var topic = await TopicAsync(2);
        await Producer().ProduceAsync(new TopicPartition(topic, 1), Record("kept"), Cancellation);

        await Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 4 }]);
        await UntilAsync(async () => (await DescribeAsync(topic)).Partitions.Count == 4, "there are four partitions");

        await Producer().ProduceAsync(new TopicPartition(topic, 3), Record("added"), Cancellation);
        Assert.Equal(["kept", "added"], ValuesOf(topic, partitions: 4));
        var refused = await Assert.ThrowsAsync<CreatePartitionsException>(() => Admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]));
        Assert.Equal(ErrorCode.InvalidPartitions, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task Settings_Altered_AreDescribedAndTakeEffect()
    {
        var topic = await TopicAsync(1, ("retention.ms", "3600000"), ("cleanup.policy", "delete"));
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        var described = (await Admin.DescribeConfigsAsync([resource]))[0].Entries;
        Assert.Equal(("3600000", false), (described["retention.ms"].Value, described["retention.ms"].IsDefault));
        Assert.Equal(("CreateTime", true), (described["message.timestamp.type"].Value, described["message.timestamp.type"].IsDefault));

        await Admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] =
            [
                new ConfigEntry { Name = "message.timestamp.type", Value = "LogAppendTime", IncrementalOperation = AlterConfigOpType.Set },
                new ConfigEntry { Name = "retention.ms", IncrementalOperation = AlterConfigOpType.Delete },
            ],
        });

        await UntilAsync(
            async () =>
            {
                described = (await Admin.DescribeConfigsAsync([resource]))[0].Entries;
                return described["message.timestamp.type"].Value == "LogAppendTime" && described["retention.ms"].Value == "604800000";
            },
            "the settings are altered");
        await Producer().ProduceAsync(topic, Record("stamped"), Cancellation);
        Assert.Equal(TimestampType.LogAppendTime, ReadToEnd(topic).Single().Message.Timestamp.Type);
    }

    [Fact]
    public async Task Settings_WrongOnes_AreRefused()
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = await TopicAsync() };

        var refused = await Assert.ThrowsAsync<IncrementalAlterConfigsException>(() => Admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] = [new ConfigEntry { Name = "message.timestamp.type", Value = "Never", IncrementalOperation = AlterConfigOpType.Set }],
        }));

        Assert.Equal(ErrorCode.InvalidConfig, refused.Results[0].Error.Code);
    }

    [Fact]
    public async Task Cluster_Described_IsOneNode()
    {
        var cluster = await Admin.DescribeClusterAsync();

        Assert.Equal(Bootstrap, $"{cluster.Nodes.Single().Host}:{cluster.Nodes.Single().Port}");
        Assert.Equal(cluster.Nodes.Single().Id, cluster.Controller.Id);
    }

    [Fact]
    public async Task ListOffsets_EarliestAndLatest_AreTheLogsBounds()
    {
        var topic = await TopicAsync();
        Assert.Equal((0, 0), (await OffsetAsync(topic, OffsetSpec.Earliest()), await OffsetAsync(topic, OffsetSpec.Latest())));

        await Producer().ProduceAsync(topic, Record("one"), Cancellation);

        Assert.Equal((0, 1), (await OffsetAsync(topic, OffsetSpec.Earliest()), await OffsetAsync(topic, OffsetSpec.Latest())));
    }

    private async Task<string> IdAsync(string topic) => (await DescribeAsync(topic)).TopicId.ToString();

    private async Task<TopicDescription> DescribeAsync(string topic) =>
        (await Admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions.Single();

    private async Task<HashSet<string>> NamesAsync()
    {
        var metadata = await Task.Run(() => Admin.GetMetadata(Patience), Cancellation);
        return [.. metadata.Topics.Select(topic => topic.Topic)];
    }
}
