namespace Vigil.Broker.Protocol.Messages;

internal readonly record struct OffsetToCommit(int Partition, long Offset, int LeaderEpoch, string? Metadata)
{
    public static OffsetToCommit Read(WireReader reader, bool withEpoch)
    {
        var offset = new OffsetToCommit(reader.Int32(), reader.Int64(), withEpoch ? reader.Int32() : -1, reader.NullableString());
        reader.SkipTags();
        return offset;
    }
}

internal sealed record OffsetCommitRequest(MemberIdentity Member, List<ByTopic<OffsetToCommit>> Topics)
{
    public static OffsetCommitRequest Read(WireReader reader, short version)
    {
        var member = new MemberIdentity(reader.String(), reader.Int32(), reader.String(), version >= 7 ? reader.NullableString() : null);
        if (version <= 4)
        {
            reader.Int64(); // retention time
        }

        return new(member, ByTopic<OffsetToCommit>.ReadAll(reader, r => OffsetToCommit.Read(r, version >= 6)));
    }
}

/// <summary>The reply of OffsetCommit, TxnOffsetCommit and AddPartitionsToTxn: an error per partition.</summary>
internal sealed record PartitionErrorsReply(List<ByTopic<PartitionError>> Topics, short FirstThrottled = 0) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= FirstThrottled)
        {
            writer.NoThrottle();
        }

        ByTopic<PartitionError>.WriteAll(writer, Topics, PartitionError.Write);
        writer.NoTags();
    }
}

/// <param name="Topics">Null: every partition with a committed offset.</param>
internal sealed record OffsetFetchRequest(string GroupId, List<ByTopic<int>>? Topics, bool RequireStable)
{
    public static OffsetFetchRequest Read(WireReader reader, short version) =>
        new(reader.String(), reader.NullableArray(r => ByTopic<int>.Read(r, p => p.Int32())), version >= 7 && reader.Bool());
}

internal readonly record struct FetchedOffset(int Partition, ErrorCode Error, long Offset = -1, int LeaderEpoch = -1, string? Metadata = "");

internal sealed record OffsetFetchReply(List<ByTopic<FetchedOffset>> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 3)
        {
            writer.NoThrottle();
        }

        ByTopic<FetchedOffset>.WriteAll(writer, Topics, (w, offset) =>
        {
            w.Int32(offset.Partition);
            w.Int64(offset.Offset);
            if (version >= 5)
            {
                w.Int32(offset.LeaderEpoch);
            }

            w.String(offset.Metadata);
            w.Error(offset.Error);
            w.NoTags();
        });
        if (version >= 2)
        {
            writer.Error(ErrorCode.None);
        }

        writer.NoTags();
    }
}

internal sealed record OffsetDeleteRequest(string GroupId, List<ByTopic<int>> Topics)
{
    public static OffsetDeleteRequest Read(WireReader reader) => new(reader.String(), ByTopic<int>.ReadAll(reader, r => r.Int32()));
}

internal sealed record OffsetDeleteReply(ErrorCode Error, List<ByTopic<PartitionError>> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.Error(Error);
        writer.NoThrottle();
        ByTopic<PartitionError>.WriteAll(writer, Topics, PartitionError.Write);
    }
}
