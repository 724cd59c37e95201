using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;
using Vigil.Broker.Topics;

namespace Vigil.Broker.Server;

/// <summary>Requests about topics and their settings.</summary>
internal sealed class TopicRequests(TopicStore topics, GroupCoordinator groups, BrokerOptions options, AdvertisedAddress address)
{
    private const string ClusterId = "vigil-development";
    private const int BrokerDefault = -1;

    public MetadataReply Metadata(MetadataRequest request)
    {
        var described = request.Topics is { } asked
            ? asked.Select(topic => Describe(topic, request.AllowAutoCreation))
            : topics.All.Values.Select(Describe);
        return new(address.Host, address.Port, ClusterId, [.. described]);
    }

    public CreateTopicsReply Create(CreateTopicsRequest request) => new([.. request.Topics.Select(topic => Create(topic, request.ValidateOnly))]);

    public DeleteTopicsReply Delete(DeleteTopicsRequest request) => new([.. request.Topics.Select(name => new TopicResult(name, Delete(name)))]);

    public CreatePartitionsReply Grow(CreatePartitionsRequest request) =>
        new([.. request.Topics.Select(topic => new TopicResult(topic.Topic, topics.Grow(topic.Topic, topic.Count, request.ValidateOnly)))]);

    public DescribeConfigsReply DescribeConfigs(DescribeConfigsRequest request) =>
        new([.. request.Resources.Select(resource => Describe(resource))]);

    public AlterConfigsReply AlterConfigs(AlterConfigsRequest request) =>
        new([.. request.Resources.Select(resource => Alter(resource, request))]);

    private TopicMetadata Describe(MetadataTopic asked, bool allowAutoCreation)
    {
        if (asked.Name is not { } name)
        {
            return topics.Find(asked.Id) is { } byId ? Describe(byId) : new TopicMetadata(ErrorCode.UnknownTopicId, null, asked.Id, 0);
        }

        if (topics.Find(name) is { } known)
        {
            return Describe(known);
        }

        if (!TopicName.IsValid(name))
        {
            return new TopicMetadata(ErrorCode.InvalidTopic, name, Guid.Empty, 0);
        }

        if (allowAutoCreation && options.AutoCreateTopics)
        {
            topics.Create(name, options.DefaultPartitions, TopicConfig.Default);
        }

        return topics.Find(name) is { } created ? Describe(created) : new TopicMetadata(ErrorCode.UnknownTopicOrPartition, name, Guid.Empty, 0);
    }

    private static TopicMetadata Describe(Topic topic) => new(ErrorCode.None, topic.Name, topic.Id, topic.Partitions.Count);

    private TopicResult Create(NewTopic topic, bool validateOnly)
    {
        if (topic.ReplicationFactor is not (1 or BrokerDefault))
        {
            return new(topic.Name, ErrorCode.InvalidReplicationFactor, "There is one node: the replication factor is 1.");
        }

        if (TopicConfig.Create(topic.Configs, out var problem) is not { } config)
        {
            return new(topic.Name, ErrorCode.InvalidConfig, problem);
        }

        var partitions = topic.Partitions == BrokerDefault ? options.DefaultPartitions : topic.Partitions;
        var error = topics.Create(topic.Name, partitions, config, validateOnly);
        return new(topic.Name, error, error switch
        {
            ErrorCode.None => null,
            ErrorCode.TopicAlreadyExists => $"Topic '{topic.Name}' already exists.",
            ErrorCode.InvalidPartitions => $"{partitions} is no number of partitions.",
            _ => "The topic's name is not allowed.",
        });
    }

    private ErrorCode Delete(string name)
    {
        var id = topics.Find(name)?.Id;
        var error = topics.Delete(name);
        if (error == ErrorCode.None && id is { } deleted)
        {
            groups.ForgetTopic(deleted);
        }

        return error;
    }

    private ResourceConfigs Describe(DescribedResource resource)
    {
        if (resource.Type == ResourceType.Broker)
        {
            return new(ErrorCode.None, null, resource.Type, resource.Name, []);
        }

        if (resource.Type != ResourceType.Topic)
        {
            return Refuse(resource.Type, resource.Name, ErrorCode.InvalidRequest, "Only topics have settings here.");
        }

        return topics.Find(resource.Name) is { } topic
            ? new(ErrorCode.None, null, resource.Type, resource.Name, topic.Config.Describe(resource.Keys))
            : Refuse(resource.Type, resource.Name, ErrorCode.UnknownTopicOrPartition, null);
    }

    private ResourceConfigs Alter(AlteredResource resource, AlterConfigsRequest request)
    {
        if (resource.Type != ResourceType.Topic)
        {
            return Refuse(resource.Type, resource.Name, ErrorCode.InvalidRequest, "Only topics' settings can be altered.");
        }

        var (error, problem) = topics.Configure(resource.Name, config => (config.With(resource, request.Replace, out var wrong), wrong), request.ValidateOnly);
        return new(error, problem, resource.Type, resource.Name, []);
    }

    private static ResourceConfigs Refuse(ResourceType type, string name, ErrorCode error, string? message) => new(error, message, type, name, []);
}
