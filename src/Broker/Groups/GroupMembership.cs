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
    private const int MaxMembers = 1_000;

    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);

    /// <summary>Ids handed out to clients that have not joined with them yet, and when they lapse.</summary>
    private readonly Dictionary<string, (long Since, TimeSpan Lapse)> _promised = new(StringComparer.Ordinal);

    private string? _leaderId;
    private long _rebalanceSince;

    public GroupPhase Phase { get; private set; } = GroupPhase.Empty;

    public int Generation { get; private set; }

    public string ProtocolType { get; private set; } = "";

    public string Protocol { get; private set; } = "";

    public IReadOnlyCollection<GroupMember> Members => _members.Values;

    public bool IsIdle => _members.Count == 0 && _promised.Count == 0;

    public Task<JoinGroupReply> Join(JoinGroupRequest request, string clientId)
    {
        var error = Refusal(request);
        if (error != ErrorCode.None)
        {
            return Task.FromResult(JoinGroupReply.Failed(error, request.MemberId));
        }

        if (request.MemberId.Length == 0 && request.InstanceId is { } instance && FindInstance(instance) is { } former)
        {
            return Replace(former, request, clientId);
        }

        if (request.MemberId.Length == 0 && request.InstanceId is null && request.NeedsKnownId)
        {
            var promised = NewId(clientId);
            _promised[promised] = (time.GetTimestamp(), TimeSpan.FromMilliseconds(request.SessionTimeoutMs));
            return Task.FromResult(JoinGroupReply.Failed(ErrorCode.MemberIdRequired, promised));
        }

        return _members.TryGetValue(request.MemberId, out var member) ? Rejoin(member, request, clientId) : Enter(request, clientId);
    }

    public Task<SyncGroupReply> Sync(SyncGroupRequest request)
    {
        var error = Check(request.Member, out var member);
        if (error == ErrorCode.None && Phase == GroupPhase.PreparingRebalance)
        {
            error = ErrorCode.RebalanceInProgress;
        }

        if (error != ErrorCode.None)
        {
            return Task.FromResult(new SyncGroupReply(error, []));
        }

        if (Phase == GroupPhase.Stable)
        {
            return Task.FromResult(new SyncGroupReply(ErrorCode.None, member!.Assignment));
        }

        var held = member!.HoldSync();
        if (member.Id == _leaderId)
        {
            Phase = GroupPhase.Stable;
            foreach (var each in _members.Values)
            {
                each.Assignment = request.Assignments.GetValueOrDefault(each.Id, []);
                each.LastSeen = time.GetTimestamp();
                each.AnswerSync();
            }
        }

        return held;
    }

    public ErrorCode Heartbeat(MemberIdentity identity)
    {
        var error = Check(identity, out _);
        return error == ErrorCode.None && Phase == GroupPhase.PreparingRebalance ? ErrorCode.RebalanceInProgress : error;
    }

    public ErrorCode Leave(LeavingMember leaving)
    {
        if (_promised.Remove(leaving.MemberId))
        {
            TryComplete();
            return ErrorCode.None;
        }

        var member = leaving.InstanceId is { } instance ? FindInstance(instance) : _members.GetValueOrDefault(leaving.MemberId);
        if (member is null)
        {
            return ErrorCode.UnknownMemberId;
        }

        if (leaving.MemberId.Length > 0 && member.Id != leaving.MemberId)
        {
            return ErrorCode.FencedInstanceId;
        }

        Remove(member);
        return ErrorCode.None;
    }

    /// <summary>Whether offsets may be committed in this member's name; without a name only while the group has no member.</summary>
    public ErrorCode CheckCommit(MemberIdentity identity, bool transactional)
    {
        if (identity.Generation < 0 && identity.MemberId.Length == 0 && identity.InstanceId is null)
        {
            return _members.Count == 0 || transactional ? ErrorCode.None : ErrorCode.UnknownMemberId;
        }

        var error = Check(identity, out _);
        return error == ErrorCode.None && Phase == GroupPhase.CompletingRebalance && !transactional ? ErrorCode.RebalanceInProgress : error;
    }

    /// <summary>Lets go of members whose session has ended and of a rebalance that waited long enough.</summary>
    public void Sweep()
    {
        foreach (var (id, promise) in _promised.ToList())
        {
            if (time.GetElapsedTime(promise.Since) > promise.Lapse)
            {
                _promised.Remove(id);
            }
        }

        foreach (var member in _members.Values.ToList())
        {
            if (!member.IsHeld && time.GetElapsedTime(member.LastSeen) > member.SessionTimeout)
            {
                Remove(member);
            }
        }

        TryComplete();
    }

    private ErrorCode Refusal(JoinGroupRequest request)
    {
        if (request.InstanceId is { } instance && request.MemberId.Length > 0)
        {
            if (FindInstance(instance) is not { } known)
            {
                return ErrorCode.UnknownMemberId;
            }

            if (known.Id != request.MemberId)
            {
                return ErrorCode.FencedInstanceId;
            }
        }

        if (request.MemberId.Length > 0 && !_members.ContainsKey(request.MemberId) && !_promised.ContainsKey(request.MemberId))
        {
            return ErrorCode.UnknownMemberId;
        }

        if (_members.Count + _promised.Count >= MaxMembers && request.MemberId.Length == 0)
        {
            return ErrorCode.GroupMaxSizeReached;
        }

        var others = _members.Values.Where(member => member.Id != request.MemberId && (request.InstanceId is null || member.InstanceId != request.InstanceId)).ToList();
        var fits = request.Protocols.Count > 0
            && (others.Count == 0 || (request.ProtocolType == ProtocolType && request.Protocols.Exists(offered => others.TrueForAll(other => other.Offers(offered.Name)))));
        return fits ? ErrorCode.None : ErrorCode.InconsistentGroupProtocol;
    }

    private Task<JoinGroupReply> Enter(JoinGroupRequest request, string clientId)
    {
        _promised.Remove(request.MemberId);
        var id = request.MemberId.Length > 0 ? request.MemberId : NewId(request.InstanceId ?? clientId);
        var member = new GroupMember(id, request.InstanceId);
        _members[id] = member;
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

        Update(member, request, clientId);
        return Task.FromResult(CurrentReply(member));
    }

    /// <summary>A static member is back under a new id: whoever still speaks as the old one is fenced.</summary>
    private Task<JoinGroupReply> Replace(GroupMember former, JoinGroupRequest request, string clientId)
    {
        var formerId = former.Id;
        former.Dismiss(ErrorCode.FencedInstanceId);
        _members.Remove(formerId);
        former.Id = NewId(former.InstanceId!);
        _members[former.Id] = former;
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
        Update(former, request, clientId);
        return Task.FromResult(new JoinGroupReply(ErrorCode.None, Generation, Protocol, formerLeader ?? "", former.Id, []));
    }

    private Task<JoinGroupReply> Rebalance(GroupMember member, JoinGroupRequest request, string clientId)
    {
        Update(member, request, clientId);
        ProtocolType = request.ProtocolType;
        var held = member.HoldJoin();
        PrepareRebalance();
        TryComplete();
        return held;
    }

    private void Update(GroupMember member, JoinGroupRequest request, string clientId)
    {
        member.ClientId = clientId;
        member.SessionTimeout = TimeSpan.FromMilliseconds(request.SessionTimeoutMs);
        member.RebalanceTimeout = TimeSpan.FromMilliseconds(Math.Max(request.RebalanceTimeoutMs, request.SessionTimeoutMs));
        member.Protocols = request.Protocols;
        member.LastSeen = time.GetTimestamp();
    }

    private void Remove(GroupMember member)
    {
        _members.Remove(member.Id);
        member.Dismiss(ErrorCode.UnknownMemberId);
        if (_leaderId == member.Id)
        {
            _leaderId = null;
        }

        if (_members.Count == 0)
        {
            Phase = GroupPhase.Empty;
            Generation++;
            return;
        }

        PrepareRebalance();
        TryComplete();
    }

    private void PrepareRebalance()
    {
        if (Phase == GroupPhase.PreparingRebalance)
        {
            return;
        }

        Phase = GroupPhase.PreparingRebalance;
        _rebalanceSince = time.GetTimestamp();
        foreach (var member in _members.Values)
        {
            member.FailSync(ErrorCode.RebalanceInProgress);
        }
    }

    /// <summary>Completes the rebalance when every member has joined again, or when the slowest allowed time is over.</summary>
    private void TryComplete()
    {
        if (Phase != GroupPhase.PreparingRebalance || _members.Count == 0)
        {
            return;
        }

        if (_promised.Count > 0 || !_members.Values.All(member => member.IsJoining))
        {
            if (time.GetElapsedTime(_rebalanceSince) <= _members.Values.Max(member => member.RebalanceTimeout))
            {
                return;
            }

            DropAbsent();
        }

        if (_members.Values.Any(member => member.IsJoining))
        {
            StartGeneration();
        }
    }

    /// <summary>Static members keep their place until their session ends.</summary>
    private void DropAbsent()
    {
        foreach (var absent in _members.Values.Where(member => !member.IsJoining && member.InstanceId is null).ToList())
        {
            _members.Remove(absent.Id);
        }

        if (_members.Count == 0)
        {
            Phase = GroupPhase.Empty;
            _leaderId = null;
            Generation++;
        }
    }

    private void StartGeneration()
    {
        Generation++;
        Phase = GroupPhase.CompletingRebalance;
        if (_leaderId is null || !_members.TryGetValue(_leaderId, out var leader) || !leader.IsJoining)
        {
            leader = _members.Values.First(member => member.IsJoining);
            _leaderId = leader.Id;
        }

        Protocol = leader.Protocols.First(offered => _members.Values.All(member => member.Offers(offered.Name))).Name;
        foreach (var member in _members.Values)
        {
            member.Assignment = [];
            member.LastSeen = time.GetTimestamp();
            member.AnswerJoin(CurrentReply(member));
        }
    }

    private JoinGroupReply CurrentReply(GroupMember member)
    {
        IReadOnlyList<JoinedMember> members = member.Id == _leaderId
            ? [.. _members.Values.Select(each => new JoinedMember(each.Id, each.InstanceId, each.MetadataOf(Protocol)))]
            : [];
        return new(ErrorCode.None, Generation, Protocol, _leaderId ?? "", member.Id, members);
    }

    private ErrorCode Check(MemberIdentity identity, out GroupMember? member)
    {
        if (!_members.TryGetValue(identity.MemberId, out member))
        {
            return identity.InstanceId is { } instance && FindInstance(instance) is not null ? ErrorCode.FencedInstanceId : ErrorCode.UnknownMemberId;
        }

        member.LastSeen = time.GetTimestamp();
        return identity.Generation == Generation ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private GroupMember? FindInstance(string instanceId) => _members.Values.FirstOrDefault(member => member.InstanceId == instanceId);

    private static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid():N}";
}
