using System.Collections.Concurrent;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Groups;

/// <summary>
/// A consumer group: who is in it, what it committed, and what open transactions will commit for it. Its own lock makes
/// the check of a generation and the commit one step; nothing waits under that lock.
/// </summary>
internal sealed class Group(string id, Journal<OffsetState> journal, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly GroupMembership _membership = new(time);
    private readonly ConcurrentDictionary<(string Topic, int Partition), OffsetState> _committed = new();
    private readonly Dictionary<long, Dictionary<(string Topic, int Partition), OffsetState>> _pending = [];
    private bool _retired;

    public string Id => id;

    /// <summary>Read without the lock, by the journal too.</summary>
    public IReadOnlyCollection<OffsetState> Committed => [.. _committed.Values];

    public Task<JoinGroupReply> Join(JoinGroupRequest request, string clientId)
    {
        lock (_lock)
        {
            return _retired ? Task.FromResult(JoinGroupReply.Failed(ErrorCode.NotCoordinator, request.MemberId)) : _membership.Join(request, clientId);
        }
    }

    public Task<SyncGroupReply> Sync(SyncGroupRequest request)
    {
        lock (_lock)
        {
            return _membership.Sync(request);
        }
    }

    public ErrorCode Heartbeat(MemberIdentity member)
    {
        lock (_lock)
        {
            return _membership.Heartbeat(member);
        }
    }

    public ErrorCode Leave(LeavingMember member)
    {
        lock (_lock)
        {
            return _membership.Leave(member);
        }
    }

    public ErrorCode Commit(MemberIdentity member, IReadOnlyCollection<OffsetState> offsets)
    {
        lock (_lock)
        {
            var error = _retired ? ErrorCode.NotCoordinator : _membership.CheckCommit(member, transactional: false);
            if (error == ErrorCode.None)
            {
                Store(offsets);
            }

            return error;
        }
    }

    /// <summary>Keeps offsets until the producer's transaction ends.</summary>
    public ErrorCode Stage(long producerId, MemberIdentity member, IEnumerable<OffsetState> offsets)
    {
        lock (_lock)
        {
            var error = _retired ? ErrorCode.NotCoordinator : _membership.CheckCommit(member, transactional: true);
            if (error != ErrorCode.None)
            {
                return error;
            }

            if (!_pending.TryGetValue(producerId, out var pending))
            {
                _pending[producerId] = pending = [];
            }

            foreach (var offset in offsets)
            {
                pending[offset.Place] = offset;
            }

            return ErrorCode.None;
        }
    }

    /// <summary>The producer's transaction has ended: its offsets count now, or never.</summary>
    public void Resolve(long producerId, bool commit)
    {
        lock (_lock)
        {
            if (_pending.Remove(producerId, out var pending) && commit)
            {
                Store(pending.Values);
            }
        }
    }

    /// <summary>The committed offset; unstable while a transaction that would move it is open and the caller asked for stable ones.</summary>
    public FetchedOffset Fetch(string topic, Guid topicId, int partition, bool requireStable)
    {
        lock (_lock)
        {
            var place = (topic, partition);
            if (requireStable && _pending.Values.Any(pending => pending.ContainsKey(place)))
            {
                return new(partition, ErrorCode.UnstableOffsetCommit);
            }

            return _committed.TryGetValue(place, out var offset) && offset.TopicId == topicId
                ? new(partition, ErrorCode.None, offset.Offset, offset.LeaderEpoch, offset.Metadata ?? "")
                : new(partition, ErrorCode.None);
        }
    }

    /// <summary>A topic is gone, and with it what was committed for it.</summary>
    public void ForgetTopic(Guid topicId)
    {
        lock (_lock)
        {
            Drop(offset => offset.TopicId == topicId);
        }
    }

    /// <summary>Forgets the offsets of one partition, which no live member may be reading.</summary>
    public ErrorCode Forget(string topic, int partition)
    {
        lock (_lock)
        {
            if (_membership.Members.Count > 0)
            {
                return ErrorCode.GroupSubscribedToTopic;
            }

            Drop(offset => offset.Place == (topic, partition));
            return ErrorCode.None;
        }
    }

    public ErrorCode Delete()
    {
        lock (_lock)
        {
            if (_membership.Members.Count > 0 || _pending.Count > 0)
            {
                return ErrorCode.NonEmptyGroup;
            }

            _retired = true;
            Drop(_ => true);
            return ErrorCode.None;
        }
    }

    /// <summary>True when the group holds nothing and is retired: it must not be used again.</summary>
    public bool SweepAndTryRetire()
    {
        lock (_lock)
        {
            _membership.Sweep();
            _retired |= _membership.IsIdle && _committed.IsEmpty && _pending.Count == 0;
            return _retired;
        }
    }

    public DescribedGroup Describe()
    {
        lock (_lock)
        {
            var stable = _membership.Phase == GroupPhase.Stable;
            var members = _membership.Members
                .Select(member => new DescribedMember(member.Id, member.InstanceId, member.ClientId, stable ? member.MetadataOf(_membership.Protocol) : [], stable ? member.Assignment : []))
                .ToList();
            var type = _membership.ProtocolType.Length > 0 || _committed.IsEmpty ? _membership.ProtocolType : "consumer";
            return new(id, _membership.Phase.ToString(), type, stable ? _membership.Protocol : "", members);
        }
    }

    /// <summary>Takes over what the journal says, before anything is served.</summary>
    public void Restore(OffsetState offset) => _committed[offset.Place] = offset;

    private void Drop(Predicate<OffsetState> which)
    {
        var gone = _committed.Values.Where(offset => which(offset)).ToList();
        foreach (var offset in gone)
        {
            _committed.TryRemove(offset.Place, out _);
        }

        journal.Append([.. gone.Select(offset => offset with { Deleted = true })]);
    }

    private void Store(IReadOnlyCollection<OffsetState> offsets)
    {
        foreach (var offset in offsets)
        {
            _committed[offset.Place] = offset;
        }

        journal.Append(offsets);
    }
}
