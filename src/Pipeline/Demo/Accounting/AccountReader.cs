using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>Fills an account from <c>content</c>, <c>status</c>, <c>dead-letters</c> and <c>ranked</c>, all read back read-committed.</summary>
internal sealed class AccountReader(KafkaClients clients)
{
    private readonly TopicReader _topics = new(clients);

    /// <param name="topicId">Of <c>content</c> as it is now: a topic that was deleted and made again is another account.</param>
    /// <param name="ranked">Also told of every ranked record, for checks of the queues.</param>
    public async Task<Account> ReadAsync(string topicId, Action<RankedItem> ranked, CancellationToken cancellation)
    {
        var account = new Account();
        var first = await _topics.ReadAsync(
            clients.Topics.Content,
            record => account.AddContent(new(record.Partition.Value, record.Offset.Value)),
            cancellation);

        // Older records have left content by retention; what status still says of them is no part of this account.
        bool Retained(RecordPosition position) => first.TryGetValue(position.Partition, out var from) && position.Offset >= from;
        await _topics.ReadAsync(clients.Topics.Status, record => AddStatus(account, record, topicId, Retained), cancellation);
        await _topics.ReadAsync(clients.Topics.DeadLetters, record => AddDeadLetter(account, record, topicId, Retained), cancellation);
        await _topics.ReadAsync(
            clients.Topics.Ranked,
            record =>
            {
                if (RankedItem.Parser.ParseOrNull(record.Message.Value) is { Source: not null } item
                    && item.Source.TopicId == topicId
                    && PositionOf(item.Source) is var position
                    && Retained(position))
                {
                    if (!item.Reranked)
                    {
                        account.AddRanked(position, (Disposition)item.Disposition);
                    }

                    ranked(item);
                }
            },
            cancellation);
        return account;
    }

    public static RecordPosition PositionOf(SourceRecord source) => new(source.Partition, source.Offset);

    private static void AddStatus(Account account, ConsumeResult<byte[]?, byte[]?> record, string topicId, Func<RecordPosition, bool> retained)
    {
        if (StatusEvent.Parser.ParseOrNull(record.Message.Value) is { Kind: StatusEvent.Types.Kind.Disposition, Source: not null } status
            && status.Source.TopicId == topicId
            && PositionOf(status.Source) is var position
            && retained(position))
        {
            account.AddDisposition(position, (Disposition)status.Disposition, status.Reason);
        }
    }

    private static void AddDeadLetter(Account account, ConsumeResult<byte[]?, byte[]?> record, string topicId, Func<RecordPosition, bool> retained)
    {
        if (Header(record, WireHeaders.SourceTopicId) is { } source && source != topicId)
        {
            return;
        }

        var position = new RecordPosition((int)Number(record, WireHeaders.SourcePartition), Number(record, WireHeaders.SourceOffset));
        if (retained(position))
        {
            account.AddDeadLetter(position);
        }
    }

    private static long Number(ConsumeResult<byte[]?, byte[]?> record, string header) =>
        long.TryParse(Header(record, header), out var number)
            ? number
            : throw new CommandFailedException($"The dead letter at {record.TopicPartitionOffset} carries no header {header}.");

    private static string? Header(ConsumeResult<byte[]?, byte[]?> record, string header) =>
        record.Message.Headers.TryGetLastBytes(header, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;
}
