using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Contracts.Wire;
using Vigil.Ingest;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.Erasure;

/// <summary>Kafka keeps what it was given until retention has passed: which topics that concerns for an item, and how long.</summary>
internal sealed class RemainingTopics(KafkaClients clients, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private IReadOnlyList<(string Topic, string Holds)> OfItem =>
    [
        (clients.Topics.Content, "the item as published"),
        (clients.Topics.Ranked, "snippet, author, url, scores"),
        (clients.Topics.DeadLetters, "rejected records as published"),
        (clients.Topics.Status, "id, queue, risk"),
        (clients.Topics.Decisions, "verdicts, notes of reviewers"),
        (clients.Topics.Views, "id, which reviewers saw it"),
    ];

    private IReadOnlyList<(string Topic, string Holds)> OfEntries =>
    [
        (clients.Topics.Bank, "entries made from it, as they were added"),
        (clients.Topics.BankIndex, "vectors and hashes of those entries"),
    ];

    /// <param name="entries">Of the bank, made from the item.</param>
    /// <param name="scan">Reads the topics whole and counts; without it, the time is the latest there can be.</param>
    public async Task<IReadOnlyList<ErasedTopic>> FindAsync(string id, IReadOnlyList<string> entries, bool scan, CancellationToken cancellation)
    {
        var keeps = await KeepsAsync();
        List<ErasedTopic> found = [.. OfItem.Select(holder => Of(holder.Topic, holder.Holds, keeps[holder.Topic], id, scan, cancellation))];
        if (entries.Count > 0)
        {
            found.AddRange(OfEntries.Select(holder => new ErasedTopic(holder.Topic, holder.Holds, scan ? Count(holder.Topic, record => IsOf(record, entries), cancellation).Records : null, null, IsCompacted: true)));
        }

        return found;
    }

    private ErasedTopic Of(string topic, string holds, TimeSpan? keeps, string id, bool scan, CancellationToken cancellation)
    {
        if (!scan)
        {
            return new(topic, holds, null, time.GetUtcNow() + keeps, IsCompacted: false);
        }

        var (records, last) = Count(topic, record => IdOf(record, topic) == id, cancellation);
        return new(topic, holds, records, records == 0 ? null : last + keeps, IsCompacted: false);
    }

    private (long Records, DateTimeOffset Last) Count(string topic, Func<ConsumeResult<byte[]?, byte[]?>, bool> isOfItem, CancellationToken cancellation)
    {
        var records = 0L;
        var last = DateTimeOffset.MinValue;
        using var log = new TopicLog(clients, topic);
        log.Read(
            log.Beginnings(),
            log.Ends(),
            record =>
            {
                if (isOfItem(record))
                {
                    records++;
                    var written = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs);
                    last = written > last ? written : last;
                }
            },
            cancellation);
        return (records, last);
    }

    // The record that removes an entry holds nothing of it, nor does its state.
    private static bool IsOf(ConsumeResult<byte[]?, byte[]?> record, IReadOnlyList<string> entries) =>
        record.Message is { Value: not null, Key: { } key } && entries.Contains(Encoding.UTF8.GetString(key));

    private string IdOf(ConsumeResult<byte[]?, byte[]?> record, string topic)
    {
        // The key of a view is the reviewer.
        if (topic == clients.Topics.Views)
        {
            return record.Message.Value is { } view ? View.Parser.ParseFrom(view).ContentId : "";
        }

        if (record.Message.Key is { Length: > 0 } key)
        {
            return Encoding.UTF8.GetString(key);
        }

        return topic == clients.Topics.Content || topic == clients.Topics.DeadLetters
            ? ContentDecoder.Decode(new(0, 0, default, null, record.Message.Value, record.Message.Headers)).ContentId
            : "";
    }

    /// <summary>How long a topic may keep a record: a segment goes when its last record is old enough, and it may take records for segment.ms.</summary>
    private async Task<Dictionary<string, TimeSpan?>> KeepsAsync()
    {
        using var admin = new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        var found = await admin.DescribeConfigsAsync(
            OfItem.Select(holder => new ConfigResource { Type = ResourceType.Topic, Name = holder.Topic }), new() { RequestTimeout = Patience });
        return found.ToDictionary(
            topic => topic.ConfigResource.Name,
            topic => Milliseconds(topic.Entries, "retention.ms") is { } retention and >= 0
                ? TimeSpan.FromMilliseconds(retention + Math.Max(0, Milliseconds(topic.Entries, "segment.ms") ?? 0))
                : (TimeSpan?)null);
    }

    private static double? Milliseconds(Dictionary<string, ConfigEntryResult> entries, string name) =>
        entries.TryGetValue(name, out var entry) && double.TryParse(entry.Value, CultureInfo.InvariantCulture, out var value) && value < TimeSpan.MaxValue.TotalMilliseconds / 4 ? value : null;
}
