namespace Vigil.Broker.Protocol.Messages;

internal readonly record struct ProducePartition(int Partition, ReadOnlyMemory<byte>? Records);

internal sealed record ProduceRequest(string? TransactionalId, short Acks, List<ByTopic<ProducePartition>> Topics)
{
    public static ProduceRequest Read(WireReader reader)
    {
        var transactionalId = reader.NullableString();
        var acks = reader.Int16();
        reader.Int32(); // timeout: a single node has nobody to wait for
        return new(transactionalId, acks, ByTopic<ProducePartition>.ReadAll(reader, r => new(r.Int32(), r.NullableBytes())));
    }
}

internal readonly record struct ProducedPartition(int Partition, ErrorCode Error, long BaseOffset = -1, long LogAppendTime = -1, long LogStart = -1);

internal sealed record ProduceReply(List<ByTopic<ProducedPartition>> Topics) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        ByTopic<ProducedPartition>.WriteAll(writer, Topics, (w, partition) =>
        {
            w.Int32(partition.Partition);
            w.Error(partition.Error);
            w.Int64(partition.BaseOffset);
            w.Int64(partition.LogAppendTime);
            if (version >= 5)
            {
                w.Int64(partition.LogStart);
            }

            if (version >= 8)
            {
                w.Array<int>([], (_, _) => { }); // errors of single records
                w.String(null);
            }
        });
        writer.NoThrottle();
    }
}
