using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Groups;

/// <summary>A member of a consumer group; a static one has an instance id and keeps its place across restarts.</summary>
internal sealed class GroupMember(string id, string? instanceId)
{
    private TaskCompletionSource<JoinGroupReply>? _join;
    private TaskCompletionSource<SyncGroupReply>? _sync;

    public string Id { get; set; } = id;

    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; set; } = "";

    public TimeSpan SessionTimeout { get; set; }

    public TimeSpan RebalanceTimeout { get; set; }

    public List<GroupProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>A time stamp of the monotonic clock.</summary>
    public long LastSeen { get; set; }

    public bool IsJoining => _join is not null;

    /// <summary>Whether a request of the member is being held: then its session cannot end.</summary>
    public bool IsHeld => _join is not null || _sync is not null;

    public static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid():N}";

    /// <summary>Takes over what a join says.</summary>
    public void Update(JoinGroupRequest request, string clientId, long now)
    {
        ClientId = clientId;
        SessionTimeout = TimeSpan.FromMilliseconds(request.SessionTimeoutMs);
        RebalanceTimeout = TimeSpan.FromMilliseconds(Math.Max(request.RebalanceTimeoutMs, request.SessionTimeoutMs));
        Protocols = request.Protocols;
        LastSeen = now;
    }

    public bool Offers(string protocol) => Protocols.Exists(offered => offered.Name == protocol);

    public bool OffersSame(List<GroupProtocol> protocols) =>
        Protocols.Count == protocols.Count && Protocols.Zip(protocols).All(pair => pair.First.Same(pair.Second));

    public byte[] MetadataOf(string protocol) => Protocols.Find(offered => offered.Name == protocol)?.Metadata ?? [];

    public Task<JoinGroupReply> HoldJoin()
    {
        AnswerJoin(JoinGroupReply.Failed(ErrorCode.RebalanceInProgress, Id));
        _join = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _join.Task;
    }

    public void AnswerJoin(JoinGroupReply reply)
    {
        _join?.TrySetResult(reply);
        _join = null;
    }

    public Task<SyncGroupReply> HoldSync()
    {
        FailSync(ErrorCode.RebalanceInProgress);
        _sync = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _sync.Task;
    }

    public void AnswerSync()
    {
        _sync?.TrySetResult(new SyncGroupReply(ErrorCode.None, Assignment));
        _sync = null;
    }

    public void FailSync(ErrorCode error)
    {
        _sync?.TrySetResult(new SyncGroupReply(error, []));
        _sync = null;
    }

    /// <summary>Answers whatever is held: the member is gone or replaced.</summary>
    public void Dismiss(ErrorCode error)
    {
        AnswerJoin(JoinGroupReply.Failed(error, Id));
        FailSync(error);
    }
}
