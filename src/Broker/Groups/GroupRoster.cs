using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Groups;

/// <summary>Who belongs to a group: its members, and the ids handed out to clients that have not joined with them yet.</summary>
internal sealed class GroupRoster(TimeProvider time)
{
    private const int MaxMembers = 1_000;

    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Since, TimeSpan Lapse)> _promised = new(StringComparer.Ordinal);

    public IReadOnlyCollection<GroupMember> Members => _members.Values;

    public bool HasPromised => _promised.Count > 0;

    public GroupMember? Find(string id) => _members.GetValueOrDefault(id);

    public GroupMember? FindInstance(string instanceId) => _members.Values.FirstOrDefault(member => member.InstanceId == instanceId);

    public ErrorCode Find(LeavingMember leaving, out GroupMember? member)
    {
        member = leaving.InstanceId is { } instance ? FindInstance(instance) : Find(leaving.MemberId);
        return member is null ? ErrorCode.UnknownMemberId
            : leaving.MemberId.Length > 0 && member.Id != leaving.MemberId ? ErrorCode.FencedInstanceId
            : ErrorCode.None;
    }

    public void Add(GroupMember member)
    {
        _promised.Remove(member.Id);
        _members[member.Id] = member;
    }

    public void Remove(GroupMember member) => _members.Remove(member.Id);

    /// <summary>Lets go of members that have not joined again; static ones keep their place until their session ends.</summary>
    public void RemoveAbsent()
    {
        foreach (var absent in _members.Values.Where(member => !member.IsJoining && member.InstanceId is null).ToList())
        {
            Remove(absent);
        }
    }

    public void Rename(GroupMember member, string id)
    {
        _members.Remove(member.Id);
        member.Id = id;
        _members[id] = member;
    }

    public void Promise(string id, TimeSpan lapse) => _promised[id] = (time.GetTimestamp(), lapse);

    public bool TakePromiseBack(string id) => _promised.Remove(id);

    public void LetPromisesLapse()
    {
        foreach (var (id, promise) in _promised)
        {
            if (time.GetElapsedTime(promise.Since) > promise.Lapse)
            {
                _promised.Remove(id);
            }
        }
    }

    /// <summary>Why a client may not join; <see cref="ErrorCode.None"/> if it may.</summary>
    public ErrorCode Refusal(JoinGroupRequest request, string groupProtocolType)
    {
        var known = request.MemberId.Length == 0 ? ErrorCode.None : RefusalOfId(request.MemberId, request.InstanceId);
        if (known != ErrorCode.None)
        {
            return known;
        }

        if (request.MemberId.Length == 0 && _members.Count + _promised.Count >= MaxMembers)
        {
            return ErrorCode.GroupMaxSizeReached;
        }

        var others = _members.Values.Where(member => !IsSame(member, request)).ToList();
        var fits = request.Protocols.Count > 0
            && (others.Count == 0 || (request.ProtocolType == groupProtocolType && request.Protocols.Exists(offered => others.TrueForAll(other => other.Offers(offered.Name)))));
        return fits ? ErrorCode.None : ErrorCode.InconsistentGroupProtocol;
    }

    private ErrorCode RefusalOfId(string memberId, string? instanceId)
    {
        if (instanceId is not null)
        {
            return FindInstance(instanceId) is not { } known ? ErrorCode.UnknownMemberId
                : known.Id != memberId ? ErrorCode.FencedInstanceId
                : ErrorCode.None;
        }

        return _members.ContainsKey(memberId) || _promised.ContainsKey(memberId) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private static bool IsSame(GroupMember member, JoinGroupRequest request) =>
        member.Id == request.MemberId || (request.InstanceId is not null && member.InstanceId == request.InstanceId);
}
