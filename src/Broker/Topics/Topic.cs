using Vigil.Broker.Log;

namespace Vigil.Broker.Topics;

/// <summary>A topic as it stands. Immutable; growing or altering it makes a new one over the same logs.</summary>
internal sealed record Topic(string Name, Guid Id, TopicConfig Config, IReadOnlyList<PartitionLog> Partitions)
{
    public TopicState State => new(Name, Id, Partitions.Count, Config.Set.ToDictionary(pair => pair.Key, string? (pair) => pair.Value), false);

    public PartitionLog? Partition(int index) => index >= 0 && index < Partitions.Count ? Partitions[index] : null;
}

/// <summary>A topic's line in the journal.</summary>
internal sealed record TopicState(string Name, Guid Id, int Partitions, Dictionary<string, string?> Configs, bool Deleted);
