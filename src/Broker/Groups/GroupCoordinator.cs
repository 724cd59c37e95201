using System.Collections.Concurrent;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;
using Vigil.Broker.Topics;

namespace Vigil.Broker.Groups;

/// <summary>All consumer groups, and the journal of what they committed.</summary>
internal sealed class GroupCoordinator : IDisposable
{
    private const int MaxMetadata = 4096;

    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly Journal<OffsetState> _journal;
    private readonly TopicStore _topics;
    private readonly TimeProvider _time;
    private readonly (TimeSpan Min, TimeSpan Max) _sessionTimeouts;

    public GroupCoordinator(string dataFolder, TopicStore topics, TimeProvider time, TimeSpan minSessionTimeout, TimeSpan maxSessionTimeout)
    {
        _topics = topics;
        _time = time;
        _sessionTimeouts = (minSessionTimeout, maxSessionTimeout);
        var states = new Dictionary<(string, string, int), OffsetState>();
        _journal = new Journal<OffsetState>(
            Path.Combine(dataFolder, "offsets.journal"),
            state => states[(state.Group, state.Topic, state.Partition)] = state,
            () => [.. _groups.Values.SelectMany(group => group.Committed)]);
        foreach (var state in states.Values.Where(state => !state.Deleted && topics.Find(state.Topic)?.Id == state.TopicId))
        {
            GetOrAdd(state.Group).Restore(state);
        }

        _journal.Rewrite();
    }

    public Group? Find(string id) => _groups.GetValueOrDefault(id);

    public IEnumerable<Group> All => _groups.Values;

    public async Task<JoinGroupReply> JoinAsync(JoinGroupRequest request, string clientId, CancellationToken cancel)
    {
        if (request.GroupId.Length == 0)
        {
            return JoinGroupReply.Failed(ErrorCode.InvalidGroupId, request.MemberId);
        }

        var session = TimeSpan.FromMilliseconds(request.SessionTimeoutMs);
        if (session < _sessionTimeouts.Min || session > _sessionTimeouts.Max)
        {
            return JoinGroupReply.Failed(ErrorCode.InvalidSessionTimeout, request.MemberId);
        }

        return await GetOrAdd(request.GroupId).Join(request, clientId).WaitAsync(cancel).ConfigureAwait(false);
    }

    public async Task<SyncGroupReply> SyncAsync(SyncGroupRequest request, CancellationToken cancel) =>
        Find(request.Member.GroupId) is { } group
            ? await group.Sync(request).WaitAsync(cancel).ConfigureAwait(false)
            : new SyncGroupReply(ErrorCode.UnknownMemberId, []);

    public List<ByTopic<PartitionError>> Commit(MemberIdentity member, List<ByTopic<OffsetToCommit>> topics) =>
        Commit(member.GroupId, topics, (group, offsets) => group.Commit(member, offsets));

    /// <summary>Sorts out what cannot be committed and commits the rest in one step.</summary>
    public List<ByTopic<PartitionError>> Commit(string groupId, List<ByTopic<OffsetToCommit>> topics, Func<Group, IReadOnlyCollection<OffsetState>, ErrorCode> commit)
    {
        var offsets = new List<OffsetState>();
        var checkedTopics = topics.Answer((topic, offset) => new PartitionError(offset.Partition, Check(topic, offset, groupId, offsets)));
        var error = groupId.Length == 0 ? ErrorCode.InvalidGroupId : commit(GetOrAdd(groupId), offsets);
        return error == ErrorCode.None
            ? checkedTopics
            : checkedTopics.Answer((_, partition) => partition.Error == ErrorCode.None ? partition with { Error = error } : partition);
    }

    public OffsetFetchReply Fetch(OffsetFetchRequest request)
    {
        var group = Find(request.GroupId);
        var topics = request.Topics ?? [.. (group?.Committed ?? []).GroupBy(offset => offset.Topic).Select(topic => new ByTopic<int>(topic.Key, [.. topic.Select(offset => offset.Partition)]))];
        return new(topics.Answer((topic, partition) => group is not null && _topics.Find(topic) is { } known
            ? group.Fetch(topic, known.Id, partition, request.RequireStable)
            : new FetchedOffset(partition, ErrorCode.None)));
    }

    public ErrorCode Delete(string id)
    {
        if (Find(id) is not { } group)
        {
            return ErrorCode.GroupIdNotFound;
        }

        var error = group.Delete();
        if (error == ErrorCode.None)
        {
            _groups.TryRemove(KeyValuePair.Create(id, group));
        }

        return error;
    }

    public void ForgetTopic(Guid topicId)
    {
        foreach (var group in _groups.Values)
        {
            group.ForgetTopic(topicId);
        }
    }

    public void Sweep()
    {
        foreach (var (id, group) in _groups)
        {
            if (group.SweepAndTryRetire())
            {
                _groups.TryRemove(KeyValuePair.Create(id, group));
            }
        }
    }

    public void Dispose() => _journal.Dispose();

    public Group GetOrAdd(string id) => _groups.GetOrAdd(id, key => new Group(key, _journal, _time));

    private ErrorCode Check(string topicName, OffsetToCommit offset, string group, List<OffsetState> accepted)
    {
        if (_topics.Find(topicName) is not { } topic || topic.Partition(offset.Partition) is null)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }

        if (offset.Metadata?.Length > MaxMetadata)
        {
            return ErrorCode.OffsetMetadataTooLarge;
        }

        accepted.Add(new OffsetState(group, topicName, topic.Id, offset.Partition, offset.Offset, offset.LeaderEpoch, offset.Metadata));
        return ErrorCode.None;
    }
}
