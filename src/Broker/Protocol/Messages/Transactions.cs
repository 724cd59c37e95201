namespace Vigil.Broker.Protocol.Messages;

/// <summary>A producer id with the epoch that fences its predecessors.</summary>
internal readonly record struct ProducerIdentity(long Id, short Epoch)
{
    public static readonly ProducerIdentity None = new(-1, -1);
}

/// <param name="Current">What the producer believes it is, when it asks for a new epoch of the same id.</param>
internal sealed record InitProducerIdRequest(string? TransactionalId, int TimeoutMs, ProducerIdentity Current)
{
    public static InitProducerIdRequest Read(WireReader reader, short version) =>
        new(reader.NullableString(), reader.Int32(), version >= 3 ? new(reader.Int64(), reader.Int16()) : ProducerIdentity.None);
}

internal sealed record InitProducerIdReply(ErrorCode Error, ProducerIdentity Producer) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        writer.Error(Error);
        writer.Int64(Producer.Id);
        writer.Int16(Producer.Epoch);
        writer.NoTags();
    }
}

internal sealed record AddPartitionsToTxnRequest(string TransactionalId, ProducerIdentity Producer, List<ByTopic<int>> Topics)
{
    public static AddPartitionsToTxnRequest Read(WireReader reader) =>
        new(reader.String(), new(reader.Int64(), reader.Int16()), ByTopic<int>.ReadAll(reader, r => r.Int32()));
}

internal sealed record AddOffsetsToTxnRequest(string TransactionalId, ProducerIdentity Producer, string GroupId)
{
    public static AddOffsetsToTxnRequest Read(WireReader reader) =>
        new(reader.String(), new(reader.Int64(), reader.Int16()), reader.String());
}

internal sealed record EndTxnRequest(string TransactionalId, ProducerIdentity Producer, bool Commit)
{
    public static EndTxnRequest Read(WireReader reader) =>
        new(reader.String(), new(reader.Int64(), reader.Int16()), reader.Bool());
}

internal sealed record TxnOffsetCommitRequest(string TransactionalId, ProducerIdentity Producer, MemberIdentity Member, List<ByTopic<OffsetToCommit>> Topics)
{
    public static TxnOffsetCommitRequest Read(WireReader reader, short version)
    {
        var transactionalId = reader.String();
        var group = reader.String();
        var producer = new ProducerIdentity(reader.Int64(), reader.Int16());
        var member = version >= 3
            ? new MemberIdentity(group, reader.Int32(), reader.String(), reader.NullableString())
            : new MemberIdentity(group, -1, "", null);
        return new(transactionalId, producer, member, ByTopic<OffsetToCommit>.ReadAll(reader, r => OffsetToCommit.Read(r, version >= 2)));
    }
}
