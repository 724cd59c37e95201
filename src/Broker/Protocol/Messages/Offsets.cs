namespace Vigil.Broker.Protocol.Messages;

internal readonly record struct ListOffsetsPartition(int Partition, long Timestamp);

internal sealed record ListOffsetsRequest(bool ReadCommitted, List<ByTopic<ListOffsetsPartition>> Topics)
{
    public const long Latest = -1;
    public const long Earliest = -2;

    public static ListOffsetsRequest Read(WireReader reader, short version)
    {
        reader.Int32(); // replica id
        var readCommitted = version >= 2 && reader.Byte() == 1;
        return new(readCommitted, ByTopic<ListOffsetsPartition>.ReadAll(reader, r =>
        {
            var partition = r.Int32();
            if (version >= 4)
            {
                r.Int32(); // leader epoch
            }

            return new(partition, r.Int64());
        }));
    }
}

internal readonly record struct ListedOffset(int Partition, ErrorCode Error, long Timestamp = -1, long Offset = -1);

internal sealed record ListOffsetsReply(List<ByTopic<ListedOffset>> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 2)
        {
            writer.NoThrottle();
        }

        ByTopic<ListedOffset>.WriteAll(writer, Topics, (w, partition) =>
        {
            w.Int32(partition.Partition);
            w.Error(partition.Error);
            w.Int64(partition.Timestamp);
            w.Int64(partition.Offset);
            if (version >= 4)
            {
                w.Int32(partition.Error == ErrorCode.None ? 0 : -1);
            }
        });
    }
}

internal readonly record struct EpochPartition(int Partition, int LeaderEpoch);

internal sealed record OffsetForLeaderEpochRequest(List<ByTopic<EpochPartition>> Topics)
{
    public static OffsetForLeaderEpochRequest Read(WireReader reader, short version)
    {
        if (version >= 3)
        {
            reader.Int32(); // replica id
        }

        return new(ByTopic<EpochPartition>.ReadAll(reader, r =>
        {
            var partition = r.Int32();
            r.Int32(); // the epoch that the client believes current
            return new(partition, r.Int32());
        }));
    }
}

internal readonly record struct EpochEnd(int Partition, ErrorCode Error, int LeaderEpoch = -1, long EndOffset = -1);

internal sealed record OffsetForLeaderEpochReply(List<ByTopic<EpochEnd>> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        ByTopic<EpochEnd>.WriteAll(writer, Topics, (w, partition) =>
        {
            w.Error(partition.Error);
            w.Int32(partition.Partition);
            w.Int32(partition.LeaderEpoch);
            w.Int64(partition.EndOffset);
        });
    }
}

internal readonly record struct DeleteRecordsPartition(int Partition, long Offset);

internal sealed record DeleteRecordsRequest(List<ByTopic<DeleteRecordsPartition>> Topics)
{
    public static DeleteRecordsRequest Read(WireReader reader) =>
        new(ByTopic<DeleteRecordsPartition>.ReadAll(reader, r => new(r.Int32(), r.Int64())));
}

internal readonly record struct DeletedRecords(int Partition, ErrorCode Error, long LowWatermark = -1);

internal sealed record DeleteRecordsReply(List<ByTopic<DeletedRecords>> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        ByTopic<DeletedRecords>.WriteAll(writer, Topics, (w, partition) =>
        {
            w.Int32(partition.Partition);
            w.Int64(partition.LowWatermark);
            w.Error(partition.Error);
        });
    }
}
