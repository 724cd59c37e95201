namespace Vigil.Broker.Protocol;

/// <summary>One partition's fields under their topic's name: the shape of most requests and replies.</summary>
internal sealed record ByTopic<T>(string Topic, IReadOnlyList<T> Partitions)
{
    public static List<ByTopic<T>> ReadAll(WireReader reader, Func<WireReader, T> partition) =>
        reader.Array(r => Read(r, partition));

    public static ByTopic<T> Read(WireReader reader, Func<WireReader, T> partition)
    {
        var topic = new ByTopic<T>(reader.String(), reader.Array(partition));
        reader.SkipTags();
        return topic;
    }

    public static void WriteAll(WireWriter writer, IReadOnlyCollection<ByTopic<T>> topics, Action<WireWriter, T> partition) =>
        writer.Array(topics, (w, topic) =>
        {
            w.String(topic.Topic);
            w.Array(topic.Partitions, partition);
            w.NoTags();
        });
}

internal static class ByTopic
{
    /// <summary>Answers each partition of a request, in its order.</summary>
    public static List<ByTopic<TReply>> Answer<TRequest, TReply>(this IEnumerable<ByTopic<TRequest>> topics, Func<string, TRequest, TReply> answer) =>
        [.. topics.Select(topic => new ByTopic<TReply>(topic.Topic, [.. topic.Partitions.Select(partition => answer(topic.Topic, partition))]))];
}

internal readonly record struct PartitionError(int Partition, ErrorCode Error)
{
    public static void Write(WireWriter writer, PartitionError partition)
    {
        writer.Int32(partition.Partition);
        writer.Error(partition.Error);
        writer.NoTags();
    }
}
