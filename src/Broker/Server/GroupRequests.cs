using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Server;

/// <summary>Requests about consumer groups that are answered at once.</summary>
internal sealed class GroupRequests(GroupCoordinator groups)
{
    private const short FirstThrottledCommit = 3;
    private const short FirstThrottledHeartbeat = 1;

    public PartitionErrorsReply Commit(OffsetCommitRequest request) => new(groups.Commit(request.Member, request.Topics), FirstThrottledCommit);

    public ErrorReply Heartbeat(HeartbeatRequest request) =>
        new(groups.Find(request.Member.GroupId)?.Heartbeat(request.Member) ?? ErrorCode.UnknownMemberId, FirstThrottledHeartbeat);

    public LeaveGroupReply Leave(LeaveGroupRequest request)
    {
        var group = groups.Find(request.GroupId);
        return new([.. request.Members.Select(member => new LeftMember(member, group?.Leave(member) ?? ErrorCode.UnknownMemberId))]);
    }

    public DescribeGroupsReply Describe(DescribeGroupsRequest request) =>
        new([.. request.Groups.Select(id => groups.Find(id)?.Describe() ?? new DescribedGroup(id, "Dead", "", "", []))]);

    public ListGroupsReply List(ListGroupsRequest request) =>
        new([.. groups.All.Select(group => group.Describe()).Where(group => request.States.Count == 0 || request.States.Contains(group.State))]);

    public DeleteGroupsReply Delete(DeleteGroupsRequest request) => new([.. request.Groups.Select(id => new DeletedGroup(id, groups.Delete(id)))]);

    public OffsetDeleteReply DeleteOffsets(OffsetDeleteRequest request)
    {
        if (groups.Find(request.GroupId) is not { } group)
        {
            return new(ErrorCode.GroupIdNotFound, []);
        }

        return new(ErrorCode.None, request.Topics.Answer((topic, partition) => new PartitionError(partition, group.Forget(topic, partition))));
    }
}
