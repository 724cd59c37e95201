using Microsoft.Extensions.Time.Testing;
using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Tests.Groups;

public sealed class GroupMembershipTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly GroupMembership _group;

    public GroupMembershipTests() => _group = new GroupMembership(_time);

    [Fact]
    public async Task Join_WithoutAnId_IsPromisedOneThatTheGenerationWaitsFor()
    {
        var promise = await Join(known: true);
        Assert.Equal(ErrorCode.MemberIdRequired, promise.Error);
        var other = Join();
        Assert.False(other.IsCompleted);

        var joined = Join(promise.MemberId, known: true);

        Assert.Equal((1, 1), ((await joined).Generation, (await other).Generation));
        Assert.Equal(2, _group.Members.Count);
    }

    [Fact]
    public async Task Join_OfAPromiseThatLapsed_GoesOnWithoutIt()
    {
        var promise = await Join(known: true);
        var other = Join();
        _time.Advance(TimeSpan.FromSeconds(11));
        _group.Sweep();

        Assert.Equal(1, (await other).Generation);
        Assert.Equal(ErrorCode.UnknownMemberId, (await Join(promise.MemberId, known: true)).Error);
    }

    [Fact]
    public async Task Sync_OfFollowers_WaitsForTheLeadersAssignment()
    {
        var (leader, follower) = (await JoinedAsync(), Join());
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(Identity(leader)));
        var again = await Join(leader.MemberId);
        var waiting = Sync(await follower);
        Assert.False(waiting.IsCompleted);

        var own = await Sync(again, ((await follower).MemberId, [2]), (again.MemberId, [1]));

        Assert.Equal([1], own.Assignment);
        Assert.Equal([2], (await waiting).Assignment);
        Assert.Equal(GroupPhase.Stable, _group.Phase);
        Assert.Equal(ErrorCode.None, _group.Heartbeat(Identity(again)));
    }

    [Fact]
    public async Task Sweep_OfALeaderThatNeverAssigns_StartsOverWithoutIt()
    {
        var (leader, follower) = (await JoinedAsync(), Join());
        await Join(leader.MemberId);
        var waiting = Sync(await follower);

        _time.Advance(TimeSpan.FromSeconds(11));
        _group.Sweep();

        Assert.Equal(ErrorCode.RebalanceInProgress, (await waiting).Error);
        Assert.Equal((await follower).MemberId, _group.Members.Single().Id);
    }

    [Fact]
    public async Task Sweep_OfAMemberThatDoesNotRejoin_EndsTheRebalanceWithoutIt()
    {
        var leader = await JoinedAsync();
        await Sync(leader, (leader.MemberId, [1]));
        var other = Join();
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, _group.Heartbeat(Identity(leader)));
            _time.Advance(TimeSpan.FromSeconds(9));
            _group.Sweep();
        }

        Assert.Equal(2, (await other).Generation);
        Assert.Equal(ErrorCode.UnknownMemberId, _group.Heartbeat(Identity(leader)));
    }

    [Fact]
    public async Task Join_OfAStaticLeaderThatIsBack_KeepsGenerationAndAssignment()
    {
        var leader = await Join(instance: "one");
        await Sync(leader, (leader.MemberId, [1]));

        var back = await Join(instance: "one");

        Assert.Equal((leader.Generation, leader.MemberId), (back.Generation, back.LeaderId));
        Assert.NotEqual(leader.MemberId, back.MemberId);
        Assert.Equal([1], (await Sync(back with { LeaderId = back.LeaderId }, instance: "one")).Assignment);
        Assert.Equal(ErrorCode.FencedInstanceId, _group.Heartbeat(Identity(leader, "one")));
        Assert.Equal(ErrorCode.FencedInstanceId, _group.CheckCommit(Identity(leader, "one"), transactional: true));
        Assert.Equal(ErrorCode.None, _group.Heartbeat(Identity(back, "one")));
    }

    [Fact]
    public async Task Join_WithoutACommonStrategy_IsRefused()
    {
        await JoinedAsync();

        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await Join(strategy: "another")).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, (await Join(type: "connect")).Error);
    }

    [Fact]
    public async Task CheckCommit_ByPhaseAndIdentity_IsAllowedToCurrentMembersOnly()
    {
        Assert.Equal(ErrorCode.None, _group.CheckCommit(new("group", -1, "", null), transactional: false));
        var leader = await JoinedAsync();
        Assert.Equal(ErrorCode.RebalanceInProgress, _group.CheckCommit(Identity(leader), transactional: false));
        await Sync(leader, (leader.MemberId, [1]));

        Assert.Equal(ErrorCode.None, _group.CheckCommit(Identity(leader), transactional: false));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.CheckCommit(new("group", -1, "", null), transactional: false));
        Assert.Equal(ErrorCode.IllegalGeneration, _group.CheckCommit(Identity(leader with { Generation = 0 }), transactional: true));
        Assert.Equal(ErrorCode.UnknownMemberId, _group.CheckCommit(Identity(leader with { MemberId = "stranger" }), transactional: true));
    }

    [Fact]
    public async Task Leave_OfTheLast_EmptiesTheGroupAndRaisesTheGeneration()
    {
        var only = await JoinedAsync();

        Assert.Equal(ErrorCode.UnknownMemberId, _group.Leave(new("stranger", null)));
        Assert.Equal(ErrorCode.None, _group.Leave(new(only.MemberId, null)));

        Assert.Equal((GroupPhase.Empty, 2, true), (_group.Phase, _group.Generation, _group.IsIdle));
    }

    private async Task<JoinGroupReply> JoinedAsync()
    {
        var joined = await Join();
        Assert.Equal(ErrorCode.None, joined.Error);
        return joined;
    }

    private Task<JoinGroupReply> Join(string member = "", bool known = false, string? instance = null, string strategy = "range", string type = "consumer") =>
        _group.Join(new JoinGroupRequest("group", 10_000, 60_000, member, instance, type, [new GroupProtocol(strategy, [1])], known), "client");

    private Task<SyncGroupReply> Sync(JoinGroupReply joined, params (string Member, byte[] Assignment)[] assignments) => Sync(joined, null, assignments);

    private Task<SyncGroupReply> Sync(JoinGroupReply joined, string? instance, params (string Member, byte[] Assignment)[] assignments) =>
        _group.Sync(new SyncGroupRequest(Identity(joined, instance), assignments.ToDictionary(pair => pair.Member, pair => pair.Assignment)));

    private static MemberIdentity Identity(JoinGroupReply joined, string? instance = null) => new("group", joined.Generation, joined.MemberId, instance);
}
