using Vigil.Broker.Groups;

namespace Vigil.Broker.Transactions;

internal enum TransactionStatus
{
    Empty,
    Ongoing,
    PrepareCommit,
    PrepareAbort,
    CompleteCommit,
    CompleteAbort,
}

internal readonly record struct TopicPartition(string Topic, int Partition);

/// <summary>A transactional id's line in the journal. A prepared one is rolled forward when the broker starts again.</summary>
internal sealed record TransactionState(
    string Id, long ProducerId, short Epoch, int TimeoutMs, TransactionStatus Status, IReadOnlyList<TopicPartition> Partitions, IReadOnlyList<OffsetState> Offsets);
