namespace Vigil.Broker.Protocol.Messages;

/// <summary>A topic asked for by name or, when the name is null, by id.</summary>
internal readonly record struct MetadataTopic(string? Name, Guid Id);

/// <param name="Topics">Null: all topics.</param>
internal sealed record MetadataRequest(List<MetadataTopic>? Topics, bool AllowAutoCreation)
{
    public static MetadataRequest Read(WireReader reader, short version)
    {
        var topics = reader.NullableArray(r =>
        {
            var id = version >= 10 ? r.Uuid() : Guid.Empty;
            var name = version >= 10 ? r.NullableString() : r.String();
            r.SkipTags();
            return new MetadataTopic(name, id);
        });

        // In version 0 an empty list means all.
        return new(version == 0 && topics is { Count: 0 } ? null : topics, version < 4 || reader.Bool());
    }
}

internal sealed record TopicMetadata(ErrorCode Error, string? Name, Guid Id, int Partitions);

internal sealed record MetadataReply(string Host, int Port, string ClusterId, IReadOnlyList<TopicMetadata> Topics) : IReply
{
    public const int NodeId = 1;

    private const int OperationsNotAsked = int.MinValue;

    private static readonly int[] OnlyNode = [NodeId];

    public void Write(WireWriter writer, short version)
    {
        if (version >= 3)
        {
            writer.NoThrottle();
        }

        writer.Array(OnlyNode, (w, node) => WriteNode(w, node, version));
        if (version >= 2)
        {
            writer.String(ClusterId);
        }

        if (version >= 1)
        {
            writer.Int32(NodeId); // controller
        }

        writer.Array(Topics, (w, topic) => WriteTopic(w, topic, version));
        if (version is >= 8 and <= 10)
        {
            writer.Int32(OperationsNotAsked);
        }

        writer.NoTags();
    }

    private void WriteNode(WireWriter writer, int node, short version)
    {
        writer.Int32(node);
        writer.String(Host);
        writer.Int32(Port);
        if (version >= 1)
        {
            writer.String(null); // rack
        }

        writer.NoTags();
    }

    private static void WriteTopic(WireWriter writer, TopicMetadata topic, short version)
    {
        writer.Error(topic.Error);
        writer.String(topic.Name ?? (version >= 12 ? null : ""));
        if (version >= 10)
        {
            writer.Uuid(topic.Id);
        }

        if (version >= 1)
        {
            writer.Bool(false); // internal
        }

        writer.Array([.. Enumerable.Range(0, topic.Partitions)], (w, partition) => WritePartition(w, partition, version));
        if (version >= 8)
        {
            writer.Int32(OperationsNotAsked);
        }

        writer.NoTags();
    }

    private static void WritePartition(WireWriter writer, int partition, short version)
    {
        writer.Error(ErrorCode.None);
        writer.Int32(partition);
        writer.Int32(NodeId); // leader
        if (version >= 7)
        {
            writer.Int32(0); // leader epoch
        }

        writer.Array(OnlyNode, (w, node) => w.Int32(node)); // replicas
        writer.Array(OnlyNode, (w, node) => w.Int32(node)); // in-sync replicas
        if (version >= 5)
        {
            writer.Array<int>([], (w, node) => w.Int32(node)); // offline replicas
        }

        writer.NoTags();
    }
}

internal sealed record FindCoordinatorReply(string Host, int Port) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.Error(ErrorCode.None);
        if (version >= 1)
        {
            writer.String(null);
        }

        writer.Int32(MetadataReply.NodeId);
        writer.String(Host);
        writer.Int32(Port);
    }
}
