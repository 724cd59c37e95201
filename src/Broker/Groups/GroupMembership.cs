using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Groups;

internal enum GroupPhase
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

/// <summary>
/// The classic membership protocol of one group: members join, the leader assigns, everyone syncs, and any change of
/// membership or subscription starts over at the next generation. Not synchronised: its <see cref="Group"/> holds the lock.
/// </summary>
internal sealed class GroupMembership(TimeProvider time)
{
    private readonly GroupRoster _roster = new(time);
    private string? _leaderId;
    private long _rebalanceSince;

    public GroupPhase Phase { get; private set; } = GroupPhase.Empty;

    public int Generation { get; private set; }

    public string ProtocolType { get; private set; } = "";

    public string Protocol { get; private set; } = "";

    public IReadOnlyCollection<GroupMember> Members => _roster.Members;

    public bool IsIdle => Members.Count == 0 && !_roster.HasPromised;

    public Task<JoinGroupReply> Join(JoinGroupRequest request, string clientId)
    {
        var error = _roster.Refusal(request, ProtocolType);
        if (error != ErrorCode.None)
        {
            return Task.FromResult(JoinGroupReply.Failed(error, request.MemberId));
        }

        if (request.MemberId.Length == 0 && request.InstanceId is { } instance && _roster.FindInstance(instance) is { } former)
        {
            return Replace(former, request, clientId);
        }

        if (request.MemberId.Length == 0 && request.InstanceId is null && request.NeedsKnownId)
        {
            var promised = GroupMember.NewId(clientId);
            _roster.Promise(promised, TimeSpan.FromMilliseconds(request.SessionTimeoutMs));
            return Task.FromResult(JoinGroupReply.Failed(ErrorCode.MemberIdRequired, promised));
        }

        return _roster.Find(request.MemberId) is { } member ? Rejoin(member, request, clientId) : Enter(request, clientId);
    }

    public Task<SyncGroupReply> Sync(SyncGroupRequest request)
    {
        var error = CheckSettled(request.Member, out var member);
        if (error != ErrorCode.None || Phase == GroupPhase.Stable)
        {
            return Task.FromResult(new SyncGroupReply(error, error == ErrorCode.None ? member!.Assignment : []));
        }

        var held = member!.HoldSync();
        if (member.Id == _leaderId)
        {
            Phase = GroupPhase.Stable;
            foreach (var each in Members)
            {
                each.Assignment = request.Assignments.GetValueOrDefault(each.Id, []);
                each.LastSeen = time.GetTimestamp();
                each.AnswerSync();
            }
        }

        return held;
    }

    public ErrorCode Heartbeat(MemberIdentity identity) => CheckSettled(identity, out _);

    public ErrorCode Leave(LeavingMember leaving)
    {
        if (_roster.TakePromiseBack(leaving.MemberId))
        {
            TryComplete();
            return ErrorCode.None;
        }

        var error = _roster.Find(leaving, out var member);
        if (error == ErrorCode.None)
        {
            Remove(member!);
        }

        return error;
    }

    /// <summary>Whether offsets may be committed in this member's name; without a name only while the group has no member.</summary>
    public ErrorCode CheckCommit(MemberIdentity identity, bool transactional)
    {
        if (identity.Generation < 0 && identity.MemberId.Length == 0 && identity.InstanceId is null)
        {
            return Members.Count == 0 || transactional ? ErrorCode.None : ErrorCode.UnknownMemberId;
        }

        var error = Check(identity, out _);
        return error == ErrorCode.None && Phase == GroupPhase.CompletingRebalance && !transactional ? ErrorCode.RebalanceInProgress : error;
    }

    /// <summary>Lets go of members whose session has ended and of a rebalance that waited long enough.</summary>
    public void Sweep()
    {
        _roster.LetPromisesLapse();
        foreach (var member in Members.ToList())
        {
            if (!member.IsHeld && time.GetElapsedTime(member.LastSeen) > member.SessionTimeout)
            {
                Remove(member);
            }
        }

        TryComplete();
    }

    private Task<JoinGroupReply> Enter(JoinGroupRequest request, string clientId)
    {
        var id = request.MemberId.Length > 0 ? request.MemberId : GroupMember.NewId(request.InstanceId ?? clientId);
        var member = new GroupMember(id, request.InstanceId);
        _roster.Add(member);
        return Rebalance(member, request, clientId);
    }

    private Task<JoinGroupReply> Rejoin(GroupMember member, JoinGroupRequest request, string clientId)
    {
        var unchanged = member.OffersSame(request.Protocols);
        var replyLost = unchanged && (Phase == GroupPhase.CompletingRebalance || (Phase == GroupPhase.Stable && member.Id != _leaderId));
        if (!replyLost)
        {
            return Rebalance(member, request, clientId);
        }

        member.Update(request, clientId, time.GetTimestamp());
        return Task.FromResult(CurrentReply(member));
    }

    /// <summary>A static member is back under a new id: whoever still speaks as the old one is fenced.</summary>
    private Task<JoinGroupReply> Replace(GroupMember former, JoinGroupRequest request, string clientId)
    {
        var formerId = former.Id;
        former.Dismiss(ErrorCode.FencedInstanceId);
        _roster.Rename(former, GroupMember.NewId(former.InstanceId!));
        var formerLeader = _leaderId;
        if (formerLeader == formerId)
        {
            _leaderId = former.Id;
        }

        if (Phase != GroupPhase.Stable || !former.OffersSame(request.Protocols))
        {
            return Rebalance(former, request, clientId);
        }

        // Naming the former leader keeps a leader that is back from assigning anew: the assignments stand.
        former.Update(request, clientId, time.GetTimestamp());
        return Task.FromResult(new JoinGroupReply(ErrorCode.None, Generation, Protocol, formerLeader ?? "", former.Id, []));
    }

    private Task<JoinGroupReply> Rebalance(GroupMember member, JoinGroupRequest request, string clientId)
    {
        member.Update(request, clientId, time.GetTimestamp());
        ProtocolType = request.ProtocolType;
        var held = member.HoldJoin();
        PrepareRebalance();
        TryComplete();
        return held;
    }

    private void Remove(GroupMember member)
    {
        _roster.Remove(member);
        member.Dismiss(ErrorCode.UnknownMemberId);
        if (_leaderId == member.Id)
        {
            _leaderId = null;
        }

        if (Members.Count == 0)
        {
            Empty();
            return;
        }

        PrepareRebalance();
        TryComplete();
    }

    private void Empty()
    {
        Phase = GroupPhase.Empty;
        Generation++;
    }

    private void PrepareRebalance()
    {
        if (Phase == GroupPhase.PreparingRebalance)
        {
            return;
        }

        Phase = GroupPhase.PreparingRebalance;
        _rebalanceSince = time.GetTimestamp();
        foreach (var member in Members.Where(member => member.IsHeld))
        {
            // While its request was held it could not show itself: its session starts now.
            member.LastSeen = _rebalanceSince;
            member.FailSync(ErrorCode.RebalanceInProgress);
        }
    }

    /// <summary>Completes the rebalance when every member has joined again, or when the slowest allowed time is over.</summary>
    private void TryComplete()
    {
        if (Phase != GroupPhase.PreparingRebalance || Members.Count == 0)
        {
            return;
        }

        if (_roster.HasPromised || !Members.All(member => member.IsJoining))
        {
            if (time.GetElapsedTime(_rebalanceSince) <= Members.Max(member => member.RebalanceTimeout))
            {
                return;
            }

            DropAbsent();
        }

        if (Members.Any(member => member.IsJoining))
        {
            StartGeneration();
        }
    }

    private void DropAbsent()
    {
        _roster.RemoveAbsent();
        if (Members.Count == 0)
        {
            _leaderId = null;
            Empty();
        }
    }

    private void StartGeneration()
    {
        Generation++;
        Phase = GroupPhase.CompletingRebalance;
        if (_leaderId is null || _roster.Find(_leaderId) is not { IsJoining: true } leader)
        {
            leader = Members.First(member => member.IsJoining);
            _leaderId = leader.Id;
        }

        Protocol = leader.Protocols.First(offered => Members.All(member => member.Offers(offered.Name))).Name;
        foreach (var member in Members)
        {
            member.Assignment = [];
            member.LastSeen = time.GetTimestamp();
            member.AnswerJoin(CurrentReply(member));
        }
    }

    private JoinGroupReply CurrentReply(GroupMember member)
    {
        IReadOnlyList<JoinedMember> members = member.Id == _leaderId
            ? [.. Members.Select(each => new JoinedMember(each.Id, each.InstanceId, each.MetadataOf(Protocol)))]
            : [];
        return new(ErrorCode.None, Generation, Protocol, _leaderId ?? "", member.Id, members);
    }

    private ErrorCode CheckSettled(MemberIdentity identity, out GroupMember? member)
    {
        var error = Check(identity, out member);
        return error == ErrorCode.None && Phase == GroupPhase.PreparingRebalance ? ErrorCode.RebalanceInProgress : error;
    }

    private ErrorCode Check(MemberIdentity identity, out GroupMember? member)
    {
        member = _roster.Find(identity.MemberId);
        if (member is null)
        {
            return identity.InstanceId is { } instance && _roster.FindInstance(instance) is not null ? ErrorCode.FencedInstanceId : ErrorCode.UnknownMemberId;
        }

        member.LastSeen = time.GetTimestamp();
        return identity.Generation == Generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }
}
