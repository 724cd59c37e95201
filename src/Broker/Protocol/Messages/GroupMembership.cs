namespace Vigil.Broker.Protocol.Messages;

/// <summary>Who speaks: a member of a group, at a generation.</summary>
internal readonly record struct MemberIdentity(string GroupId, int Generation, string MemberId, string? InstanceId);

/// <summary>An assignment strategy that a member offers, with its subscription in that strategy's own form.</summary>
internal sealed record GroupProtocol(string Name, byte[] Metadata)
{
    public bool Same(GroupProtocol other) => Name == other.Name && Metadata.AsSpan().SequenceEqual(other.Metadata);
}

internal sealed record JoinGroupRequest(
    string GroupId, int SessionTimeoutMs, int RebalanceTimeoutMs, string MemberId, string? InstanceId, string ProtocolType, List<GroupProtocol> Protocols, bool NeedsKnownId)
{
    public static JoinGroupRequest Read(WireReader reader, short version)
    {
        var group = reader.String();
        var session = reader.Int32();
        var rebalance = version >= 1 ? reader.Int32() : session;
        var member = reader.String();
        var instance = version >= 5 ? reader.NullableString() : null;
        return new(group, session, rebalance, member, instance, reader.String(), reader.Array(r => new GroupProtocol(r.String(), r.Bytes().ToArray())), version >= 4);
    }
}

internal sealed record JoinedMember(string MemberId, string? InstanceId, byte[] Metadata);

/// <param name="Members">Filled for the leader only, who assigns partitions to them.</param>
internal sealed record JoinGroupReply(ErrorCode Error, int Generation, string Protocol, string LeaderId, string MemberId, IReadOnlyList<JoinedMember> Members) : IReply
{
    public static JoinGroupReply Failed(ErrorCode error, string memberId) => new(error, -1, "", "", memberId, []);

    public void Write(WireWriter writer, short version)
    {
        if (version >= 2)
        {
            writer.NoThrottle();
        }

        writer.Error(Error);
        writer.Int32(Generation);
        writer.String(Protocol);
        writer.String(LeaderId);
        writer.String(MemberId);
        writer.Array(Members, (w, member) =>
        {
            w.String(member.MemberId);
            if (version >= 5)
            {
                w.String(member.InstanceId);
            }

            w.Bytes(member.Metadata);
        });
    }
}

internal sealed record SyncGroupRequest(MemberIdentity Member, Dictionary<string, byte[]> Assignments)
{
    public static SyncGroupRequest Read(WireReader reader, short version)
    {
        var member = new MemberIdentity(reader.String(), reader.Int32(), reader.String(), version >= 3 ? reader.NullableString() : null);
        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (id, assignment) in reader.Array(r => (r.String(), r.Bytes().ToArray())))
        {
            assignments[id] = assignment;
        }

        return new(member, assignments);
    }
}

internal sealed record SyncGroupReply(ErrorCode Error, byte[] Assignment) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.Error(Error);
        writer.Bytes(Assignment);
    }
}

internal sealed record HeartbeatRequest(MemberIdentity Member)
{
    public static HeartbeatRequest Read(WireReader reader, short version) =>
        new(new MemberIdentity(reader.String(), reader.Int32(), reader.String(), version >= 3 ? reader.NullableString() : null));
}

/// <summary>The reply of Heartbeat, AddOffsetsToTxn and EndTxn: an error code and no more.</summary>
internal sealed record ErrorReply(ErrorCode Error, short FirstThrottled = 0) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= FirstThrottled)
        {
            writer.NoThrottle();
        }

        writer.Error(Error);
    }
}

internal readonly record struct LeavingMember(string MemberId, string? InstanceId);

internal sealed record LeaveGroupRequest(string GroupId, List<LeavingMember> Members)
{
    public static LeaveGroupRequest Read(WireReader reader, short version)
    {
        var group = reader.String();
        return new(group, version >= 3 ? reader.Array(r => new LeavingMember(r.String(), r.NullableString())) : [new(reader.String(), null)]);
    }
}

internal readonly record struct LeftMember(LeavingMember Member, ErrorCode Error);

internal sealed record LeaveGroupReply(List<LeftMember> Members) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.Error(version >= 3 ? ErrorCode.None : Members[0].Error);
        if (version >= 3)
        {
            writer.Array(Members, (w, left) =>
            {
                w.String(left.Member.MemberId);
                w.String(left.Member.InstanceId);
                w.Error(left.Error);
            });
        }
    }
}
