namespace Vigil.Broker.Groups;

/// <summary>An offset that a group committed, with the id of the topic that it was committed for: for another topic of that name it does not count.</summary>
internal sealed record OffsetState(string Group, string Topic, Guid TopicId, int Partition, long Offset, int LeaderEpoch, string? Metadata, bool Deleted = false)
{
    public (string Topic, int Partition) Place => (Topic, Partition);
}
