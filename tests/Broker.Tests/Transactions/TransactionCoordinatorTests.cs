using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Tests.Transactions;

public sealed class TransactionCoordinatorTests : IDisposable
{
    private const string Id = "worker";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private TopicStore _topics = null!;
    private GroupCoordinator _groups = null!;
    private TransactionCoordinator _transactions = null!;

    public TransactionCoordinatorTests()
    {
        Open();
        _topics.Create("topic", 1, TopicConfig.Default);
    }

    public void Dispose()
    {
        Close();
        _folder.Dispose();
    }

    [Fact]
    public void Sweep_PastTheTimeout_AbortsAndFences()
    {
        var producer = Begin();
        Assert.Equal(ErrorCode.None, Append(producer, 0));
        _time.Advance(TimeSpan.FromSeconds(59));
        _transactions.Sweep();
        Assert.Equal(ErrorCode.None, Append(producer, 1));

        _time.Advance(TimeSpan.FromSeconds(2));
        _transactions.Sweep();

        Assert.Equal(ErrorCode.InvalidProducerEpoch, Append(producer, 2));
        Assert.Equal(ErrorCode.ProducerFenced, End(producer));
        Assert.Equal((3, 3), (_topics.Find("topic", 0)!.Bounds.LastStable, _topics.Find("topic", 0)!.Bounds.End));
        Assert.Single(_topics.Find("topic", 0)!.Read(0, 1_000, readCommitted: true, atLeastOne: true).Aborted!);
    }

    [Fact]
    public void InitProducerId_WhenTheEpochsAreUsedUp_GoesOnUnderAnotherId()
    {
        var first = Init();
        Close();
        var late = new TransactionState(Id, first.Id, short.MaxValue - 3, 60_000, TransactionStatus.Empty, [], []);
        File.AppendAllLines(Path.Combine(_folder.Path, "transactions.journal"), [JsonSerializer.Serialize(late)]);
        Open();

        Assert.Equal([new(first.Id, short.MaxValue - 2), new(first.Id, short.MaxValue - 1)], new[] { Init(), Begin() });
        var next = Init();

        Assert.NotEqual(first.Id, next.Id);
        Assert.Equal(0, next.Epoch);
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, End(new(first.Id, short.MaxValue - 1)));
    }

    [Fact]
    public void InitProducerId_AfterAStart_GoesOnFromTheJournal()
    {
        var (first, idempotent) = (Init(), Init(null));
        Close();
        Open();

        Assert.Equal(first with { Epoch = (short)(first.Epoch + 1) }, Init());
        Assert.True(Init(null).Id > idempotent.Id);
    }

    [Fact]
    public void InitProducerId_AsSomebodyElse_IsFenced()
    {
        var producer = Init();
        Assert.Equal(ErrorCode.None, _transactions.InitProducerId(new(Id, 60_000, producer)).Error);
        Assert.Equal(ErrorCode.ProducerFenced, _transactions.InitProducerId(new(Id, 60_000, producer)).Error);
        Assert.Equal(ErrorCode.InvalidRequest, _transactions.InitProducerId(new("", 60_000, ProducerIdentity.None)).Error);
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, _transactions.InitProducerId(new(Id, 0, ProducerIdentity.None)).Error);
    }

    [Fact]
    public void CommitOffsets_OfAnOpenTransaction_AreStillKnownAfterAStart()
    {
        var producer = Begin();
        var commit = new TxnOffsetCommitRequest(Id, producer, new("group", -1, "", null), [new("topic", [new OffsetToCommit(0, 5, -1, null)])]);
        Assert.Equal(ErrorCode.None, _transactions.CommitOffsets(commit)[0].Partitions[0].Error);
        Assert.Equal(ErrorCode.UnstableOffsetCommit, Fetch().Error);
        Close();
        Open();

        Assert.Equal(ErrorCode.UnstableOffsetCommit, Fetch().Error);
        Assert.Equal(ErrorCode.None, End(producer));
        Assert.Equal(5, Fetch().Offset);
    }

    [Fact]
    public void CommitOffsets_WithoutAnOpenTransaction_AreRefused()
    {
        var commit = new TxnOffsetCommitRequest(Id, Init(), new("group", -1, "", null), [new("topic", [new OffsetToCommit(0, 5, -1, null)])]);

        Assert.Equal(ErrorCode.InvalidTxnState, _transactions.CommitOffsets(commit)[0].Partitions[0].Error);
        Assert.Equal(-1, Fetch().Offset);
    }

    [Fact]
    public void EndTransaction_OverADeletedTopic_EndsAllTheSame()
    {
        var producer = Begin();
        Append(producer, 0);
        _topics.Delete("topic");

        Assert.Equal(ErrorCode.None, End(producer));
    }

    private void Open()
    {
        _topics = new TopicStore(_folder.Path, _time);
        _groups = new GroupCoordinator(_folder.Path, _topics, _time, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        _transactions = new TransactionCoordinator(_folder.Path, _topics, _groups, _time);
    }

    private void Close()
    {
        _transactions.Dispose();
        _groups.Dispose();
        _topics.Dispose();
    }

    private ProducerIdentity Init(string? id = Id)
    {
        var reply = _transactions.InitProducerId(new(id, 60_000, ProducerIdentity.None));
        Assert.Equal(ErrorCode.None, reply.Error);
        return reply.Producer;
    }

    private ProducerIdentity Begin()
    {
        var producer = Init();
        Assert.Equal(ErrorCode.None, _transactions.AddPartitions(new(Id, producer, [new("topic", [0])]))[0].Partitions[0].Error);
        return producer;
    }

    private ErrorCode Append(ProducerIdentity producer, int sequence) =>
        _transactions.Append(Id, new("topic", 0), _topics.Find("topic", 0)!, RawClient.Batch(producer, sequence, transactional: true)).Error;

    private ErrorCode End(ProducerIdentity producer) => _transactions.EndTransaction(new(Id, producer, Commit: true));

    private FetchedOffset Fetch() => _groups.Fetch(new("group", [new("topic", [0])], RequireStable: true)).Topics[0].Partitions[0];
}
