using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Broker.Protocol.Messages;
using WireError = Vigil.Broker.Protocol.ErrorCode;

namespace Vigil.Broker.Tests.Conformance;

/// <summary>Consumer groups: partitions are shared out, handed over and resumed, and only a current member commits.</summary>
public abstract class GroupConformance(IBrokerUnderTest broker) : ConformanceSuite(broker)
{
    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Members_JoinAndLeave_SharePartitionsAndResume(PartitionAssignmentStrategy strategy)
    {
        var (topic, group) = (await TopicAsync(6), Name("group"));
        await FillAsync(topic, 6, "early");
        var first = Member(group, topic, strategy);
        await AssignedAsync([first], [6]);
        var read = await ReadAsync(first, 6);
        first.Commit();

        var second = Member(group, topic, strategy);
        await AssignedAsync([first, second], [3, 3]);
        Assert.Empty(first.Assignment.Intersect(second.Assignment));

        second.Close();
        await AssignedAsync([first], [6]);
        await FillAsync(topic, 6, "late");
        read.AddRange(await ReadAsync(first, 6));
        Assert.Equal(6, read.Count(record => record.Message.Value == "early"));
        Assert.Equal(6, read.Count(record => record.Message.Value == "late"));
        first.Commit();
        first.Close();

        Assert.Equal(Enumerable.Repeat(2L, 6), await Task.WhenAll(Enumerable.Range(0, 6).Select(partition => CommittedAsync(group, topic, partition))));
        var resumed = Member(group, topic, strategy);
        await FillAsync(topic, 6, "last");
        Assert.All(await ReadAsync(resumed, 6), record => Assert.Equal("last", record.Message.Value));
    }

    [Fact]
    public async Task Cooperative_JoinOfASecond_RevokesOnlyWhatMoves()
    {
        var (topic, group) = (await TopicAsync(4), Name("group"));
        var revoked = new List<TopicPartition>();
        var first = Member(group, topic, PartitionAssignmentStrategy.CooperativeSticky, build: builder =>
            builder.SetPartitionsRevokedHandler((_, partitions) => revoked.AddRange(partitions.Select(partition => partition.TopicPartition))));
        await AssignedAsync([first], [4]);

        var second = Member(group, topic, PartitionAssignmentStrategy.CooperativeSticky);
        await AssignedAsync([first, second], [2, 2]);

        Assert.Equal(2, revoked.Count);
        Assert.Equal(revoked.ToHashSet(), second.Assignment.ToHashSet());
    }

    [Fact]
    public async Task SilentMember_PastItsSession_LosesItsPartitions()
    {
        var (topic, group) = (await TopicAsync(2), Name("group"));
        using var silent = await RawClient.ConnectAsync(Bootstrap, Cancellation);
        Assert.Equal(WireError.None, await silent.JoinGroupAsync(group, sessionTimeoutMs: 1_500, rebalanceTimeoutMs: 600_000));

        var other = Member(group, topic, PartitionAssignmentStrategy.Range);

        await AssignedAsync([other], [2]);
    }

    [Fact]
    public async Task StaticMember_BackWithinItsSession_KeepsItsPartitionsUndisturbed()
    {
        var (topic, group) = (await TopicAsync(2), Name("group"));
        var revocations = 0;
        var other = Member(group, topic, PartitionAssignmentStrategy.Range, config => config.GroupInstanceId = "other", builder =>
            builder.SetPartitionsRevokedHandler((_, _) => revocations++));
        var first = Member(group, topic, PartitionAssignmentStrategy.Range, config => config.GroupInstanceId = "restarted");
        await AssignedAsync([other, first], [1, 1]);
        var (held, before) = (first.Assignment.Single(), revocations);
        first.Close();

        var back = Member(group, topic, PartitionAssignmentStrategy.Range, config => config.GroupInstanceId = "restarted");
        await AssignedAsync([other, back], [1, 1]);

        Assert.Equal(held, back.Assignment.Single());
        Assert.Equal(before, revocations);
    }

    [Fact]
    public async Task StaticMember_SecondOfItsName_FencesTheFirst()
    {
        var (topic, group) = (await TopicAsync(1), Name("group"));
        Error? fatal = null;
        var first = Member(group, topic, PartitionAssignmentStrategy.Range, config => config.GroupInstanceId = "twin", builder =>
            builder.SetErrorHandler((_, error) => fatal = error.IsFatal ? error : fatal));
        await AssignedAsync([first], [1]);

        var second = Member(group, topic, PartitionAssignmentStrategy.Range, config => config.GroupInstanceId = "twin");
        await AssignedAsync([second], [1]);

        await UntilAsync(
            () =>
            {
                try
                {
                    first.Consume(TimeSpan.FromMilliseconds(50));
                }
                catch (ConsumeException refused) when (refused.Error.IsFatal)
                {
                    fatal = refused.Error;
                }

                return Task.FromResult(fatal is not null);
            },
            "the first member is told");
    }

    [Fact]
    public async Task OffsetCommit_OfNoCurrentMember_IsRefused()
    {
        var (topic, group) = (await TopicAsync(1), Name("group"));
        var consumer = Member(group, topic, PartitionAssignmentStrategy.Range);
        await AssignedAsync([consumer], [1]);
        var described = await Admin.DescribeConsumerGroupsAsync([group]);
        var member = described.ConsumerGroupDescriptions[0].Members.Single().ConsumerId;
        using var client = await RawClient.ConnectAsync(Bootstrap, Cancellation);

        Assert.Equal(WireError.IllegalGeneration, await client.CommitOffsetAsync(new MemberIdentity(group, 999, member, null), topic, 7));
        Assert.Equal(WireError.UnknownMemberId, await client.CommitOffsetAsync(new MemberIdentity(group, 1, "stranger", null), topic, 7));
        Assert.Equal(WireError.UnknownMemberId, await client.CommitOffsetAsync(new MemberIdentity(group, -1, "", null), topic, 7));
        Assert.Equal(Offset.Unset.Value, await CommittedAsync(group, topic));
        Assert.Equal(WireError.None, await client.CommitOffsetAsync(new MemberIdentity(group, 1, member, null), topic, 7));
        Assert.Equal(7, await CommittedAsync(group, topic));
    }

    [Fact]
    public async Task Groups_AreListedAlteredAndDeleted()
    {
        var (topic, group) = (await TopicAsync(1), Name("group"));
        var consumer = Member(group, topic, PartitionAssignmentStrategy.Range);
        await AssignedAsync([consumer], [1]);
        var busy = await Admin.DescribeConsumerGroupsAsync([group]);
        Assert.Equal(ConsumerGroupState.Stable, busy.ConsumerGroupDescriptions[0].State);
        Assert.Equal([new TopicPartition(topic, 0)], busy.ConsumerGroupDescriptions[0].Members.Single().Assignment.TopicPartitions);
        await Assert.ThrowsAsync<DeleteGroupsException>(() => Admin.DeleteGroupsAsync([group]));
        consumer.Close();

        await Admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [new TopicPartitionOffset(topic, 0, 5)])]);
        Assert.Equal(5, await CommittedAsync(group, topic));
        var listed = await Admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { MatchStates = [ConsumerGroupState.Empty] });
        Assert.Contains(listed.Valid, found => found.GroupId == group);
        await Admin.DeleteGroupsAsync([group]);
        Assert.Equal(Offset.Unset.Value, await CommittedAsync(group, topic));
        Assert.DoesNotContain((await Admin.ListConsumerGroupsAsync()).Valid, found => found.GroupId == group);
    }

    private IConsumer<string?, string?> Member(
        string group, string topic, PartitionAssignmentStrategy strategy, Action<ConsumerConfig>? configure = null, Action<ConsumerBuilder<string?, string?>>? build = null)
    {
        var consumer = Consumer(
            group,
            config =>
            {
                config.PartitionAssignmentStrategy = strategy;
                configure?.Invoke(config);
            },
            build);
        consumer.Subscribe(topic);
        return consumer;
    }

    /// <summary>Polls all members until they hold this many partitions each.</summary>
    private static Task AssignedAsync(IConsumer<string?, string?>[] members, int[] counts) =>
        UntilAsync(
            () =>
            {
                foreach (var member in members)
                {
                    if (member.Consume(TimeSpan.FromMilliseconds(20)) is { IsPartitionEOF: false } record)
                    {
                        // Not this step's to read: it stays for ReadAsync.
                        member.Seek(record.TopicPartitionOffset);
                    }
                }

                return Task.FromResult(members.Select(member => member.Assignment.Count).SequenceEqual(counts));
            },
            $"{string.Join(" and ", counts)} partitions");

    private static async Task<List<ConsumeResult<string?, string?>>> ReadAsync(IConsumer<string?, string?> consumer, int count)
    {
        var read = new List<ConsumeResult<string?, string?>>();
        await UntilAsync(
            () =>
            {
                while (read.Count < count && consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } result)
                {
                    if (!result.IsPartitionEOF)
                    {
                        read.Add(result);
                    }
                }

                return Task.FromResult(read.Count == count);
            },
            $"{count} records");
        return read;
    }

    private async Task FillAsync(string topic, int partitions, string value)
    {
        var producer = Producer();
        for (var partition = 0; partition < partitions; partition++)
        {
            await producer.ProduceAsync(new TopicPartition(topic, partition), Record(value), Cancellation);
        }
    }
}
