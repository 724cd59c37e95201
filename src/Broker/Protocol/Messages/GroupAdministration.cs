namespace Vigil.Broker.Protocol.Messages;

internal sealed record DescribeGroupsRequest(List<string> Groups)
{
    public static DescribeGroupsRequest Read(WireReader reader) => new(reader.Array(r => r.String()));
}

internal sealed record DescribedMember(string MemberId, string? InstanceId, string ClientId, byte[] Metadata, byte[] Assignment);

internal sealed record DescribedGroup(string GroupId, string State, string ProtocolType, string Protocol, IReadOnlyList<DescribedMember> Members);

internal sealed record DescribeGroupsReply(List<DescribedGroup> Groups) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.Array(Groups, (w, group) =>
        {
            w.Error(ErrorCode.None);
            w.String(group.GroupId);
            w.String(group.State);
            w.String(group.ProtocolType);
            w.String(group.Protocol);
            w.Array(group.Members, (m, member) => WriteMember(m, member, version));
            if (version >= 3)
            {
                w.Int32(int.MinValue); // authorized operations: not asked
            }
        });
    }

    private static void WriteMember(WireWriter writer, DescribedMember member, short version)
    {
        writer.String(member.MemberId);
        if (version >= 4)
        {
            writer.String(member.InstanceId);
        }

        writer.String(member.ClientId);
        writer.String("/127.0.0.1");
        writer.Bytes(member.Metadata);
        writer.Bytes(member.Assignment);
    }
}

/// <param name="States">Empty: all.</param>
internal sealed record ListGroupsRequest(List<string> States)
{
    public static ListGroupsRequest Read(WireReader reader, short version) => new(version >= 4 ? reader.Array(r => r.String()) : []);
}

internal sealed record ListGroupsReply(List<DescribedGroup> Groups) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        if (version >= 1)
        {
            writer.NoThrottle();
        }

        writer.Error(ErrorCode.None);
        writer.Array(Groups, (w, group) =>
        {
            w.String(group.GroupId);
            w.String(group.ProtocolType);
            if (version >= 4)
            {
                w.String(group.State);
            }

            w.NoTags();
        });
        writer.NoTags();
    }
}

internal sealed record DeleteGroupsRequest(List<string> Groups)
{
    public static DeleteGroupsRequest Read(WireReader reader) => new(reader.Array(r => r.String()));
}

internal readonly record struct DeletedGroup(string GroupId, ErrorCode Error);

internal sealed record DeleteGroupsReply(List<DeletedGroup> Groups) : IReply
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        writer.Array(Groups, (w, group) =>
        {
            w.String(group.GroupId);
            w.Error(group.Error);
        });
    }
}
