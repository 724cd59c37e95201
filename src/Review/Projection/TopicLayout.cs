using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Vigil.Review.Projection;

/// <summary>A topic as it is now: a topic deleted and created again has another id.</summary>
internal sealed record TopicLayout(string Name, string Id, int Partitions)
{
    /// <summary>Name of a partition's position in Redis.</summary>
    public string Field(int partition) => string.Create(CultureInfo.InvariantCulture, $"{Name}/{Id}/{partition}");

    public IEnumerable<TopicPartition> All => Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(Name, partition));
}

/// <summary>What the brokers say of topics and offsets.</summary>
internal sealed class TopicDirectory(Lazy<IAdminClient> admin)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<TopicLayout>> DescribeAsync(params string[] names)
    {
        var result = await admin.Value.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Timeout });
        return [.. result.TopicDescriptions.Select(topic => new TopicLayout(topic.Name, IdOf(topic.TopicId), topic.Partitions.Count))];
    }

    public Task<IReadOnlyDictionary<TopicPartition, long>> BeginningsAsync(IEnumerable<TopicLayout> topics) =>
        OffsetsAsync(topics, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted);

    /// <param name="isolation">Read-committed: the ends a reader of ours can reach now.</param>
    public Task<IReadOnlyDictionary<TopicPartition, long>> EndsAsync(IEnumerable<TopicLayout> topics, IsolationLevel isolation) =>
        OffsetsAsync(topics, OffsetSpec.Latest(), isolation);

    /// <summary>First offset and end of one partition.</summary>
    public async Task<(long Low, long High)> RangeAsync(TopicPartition partition)
    {
        var low = await OffsetsAsync([partition], OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted);
        var high = await OffsetsAsync([partition], OffsetSpec.Latest(), IsolationLevel.ReadUncommitted);
        return (low[partition], high[partition]);
    }

    private Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(IEnumerable<TopicLayout> topics, OffsetSpec spec, IsolationLevel isolation) =>
        OffsetsAsync(topics.SelectMany(topic => topic.All), spec, isolation);

    private async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(IEnumerable<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation)
    {
        List<TopicPartitionOffsetSpec> asked = [.. partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec })];
        try
        {
            return await AskAsync(asked, isolation);
        }
        catch (ListOffsetsException)
        {
            // After a broker died this call failed for minutes, and nothing in it makes the client look for the leader anew.
            await Task.Run(() =>
            {
                foreach (var topic in asked.Select(one => one.TopicPartition.Topic).Distinct())
                {
                    admin.Value.GetMetadata(topic, Timeout);
                }
            });
            return await AskAsync(asked, isolation);
        }
    }

    private async Task<IReadOnlyDictionary<TopicPartition, long>> AskAsync(IEnumerable<TopicPartitionOffsetSpec> asked, IsolationLevel isolation)
    {
        var result = await admin.Value.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = Timeout, IsolationLevel = isolation });
        return result.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    // Base64url of the 16 bytes without padding, as Kafka's own tools print it.
    private static string IdOf(Uuid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], id.LeastSignificantBits);
        return Base64Url.EncodeToString(bytes);
    }
}
