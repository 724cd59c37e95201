namespace Vigil.Broker.Protocol.Messages;

internal sealed record NewTopic(string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string?> Configs);

internal sealed record CreateTopicsRequest(List<NewTopic> Topics, bool ValidateOnly)
{
    public static CreateTopicsRequest Read(WireReader reader, short version)
    {
        var topics = reader.Array(ReadTopic);
        reader.Int32(); // timeout
        return new(topics, version >= 1 && reader.Bool());
    }

    private static NewTopic ReadTopic(WireReader reader)
    {
        var name = reader.String();
        var partitions = reader.Int32();
        var replicationFactor = reader.Int16();
        var assignments = reader.Array(r => (Partition: r.Int32(), Nodes: r.Array(n => n.Int32())));
        var configs = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in reader.Array(r => (r.String(), r.NullableString())))
        {
            configs[key] = value;
        }

        return new(name, assignments.Count > 0 ? assignments.Count : partitions, replicationFactor, configs);
    }
}

internal readonly record struct TopicResult(string Topic, ErrorCode Error, string? Message = null);

internal sealed record CreateTopicsReply(List<TopicResult> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 2)
        {
            writer.NoThrottle();
        }

        writer.Array(Topics, (w, topic) =>
        {
            w.String(topic.Topic);
            w.Error(topic.Error);
            if (version >= 1)
            {
                w.String(topic.Message);
            }
        });
    }
}

internal sealed record DeleteTopicsRequest(List<string> Topics)
{
    public static DeleteTopicsRequest Read(WireReader reader) => new(reader.Array(r => r.String()));
}

internal sealed record DeleteTopicsReply(List<TopicResult> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.Array(Topics, (w, topic) =>
        {
            w.String(topic.Topic);
            w.Error(topic.Error);
        });
    }
}

internal readonly record struct MorePartitions(string Topic, int Count);

internal sealed record CreatePartitionsRequest(List<MorePartitions> Topics, bool ValidateOnly)
{
    public static CreatePartitionsRequest Read(WireReader reader)
    {
        var topics = reader.Array(r =>
        {
            var topic = new MorePartitions(r.String(), r.Int32());
            r.NullableArray(assignment => assignment.Array(node => node.Int32()));
            return topic;
        });
        reader.Int32(); // timeout
        return new(topics, reader.Bool());
    }
}

internal sealed record CreatePartitionsReply(List<TopicResult> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        writer.Array(Topics, (w, topic) =>
        {
            w.String(topic.Topic);
            w.Error(topic.Error);
            w.String(topic.Message);
        });
    }
}
