using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Ingest;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.Erasure;

/// <summary>Kafka keeps what it was given until retention has passed: which topics that concerns for an item, and how long.</summary>
internal sealed class RemainingTopics(KafkaClients clients, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private IReadOnlyList<(string Topic, string Holds)> Holders =>
    [
        (clients.Topics.Content, "the item as published"),
        (clients.Topics.Ranked, "snippet, author, url, scores"),
        (clients.Topics.DeadLetters, "rejected records as published"),
        (clients.Topics.Status, "id, queue, risk"),
        (clients.Topics.Decisions, "verdicts, notes of reviewers"),
    ];

    /// <param name="scan">Reads the topics whole and counts; without it, the time is the latest there can be.</param>
    public async Task<IReadOnlyList<ErasedTopic>> FindAsync(string id, bool scan, CancellationToken cancellation)
    {
        var keeps = await KeepsAsync();
        return [.. Holders.Select(holder => Of(holder.Topic, holder.Holds, keeps[holder.Topic], id, scan, cancellation))];
    }

    private ErasedTopic Of(string topic, string holds, TimeSpan? keeps, string id, bool scan, CancellationToken cancellation)
    {
        if (!scan)
        {
            return new(topic, holds, null, time.GetUtcNow() + keeps);
        }

        var records = 0L;
        var last = DateTimeOffset.MinValue;
        using var log = new TopicLog(clients, topic);
        log.Read(
            log.Beginnings(),
            log.Ends(),
            record =>
            {
                if (IdOf(record, topic) == id)
                {
                    records++;
                    var written = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs);
                    last = written > last ? written : last;
                }
            },
            cancellation);
        return new(topic, holds, records, records == 0 ? null : last + keeps);
    }

    private string IdOf(ConsumeResult<byte[]?, byte[]?> record, string topic)
    {
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
            Holders.Select(holder => new ConfigResource { Type = ResourceType.Topic, Name = holder.Topic }), new() { RequestTimeout = Patience });
        return found.ToDictionary(
            topic => topic.ConfigResource.Name,
            topic => Milliseconds(topic.Entries, "retention.ms") is { } retention and >= 0
                ? TimeSpan.FromMilliseconds(retention + Math.Max(0, Milliseconds(topic.Entries, "segment.ms") ?? 0))
                : (TimeSpan?)null);
    }

    private static double? Milliseconds(Dictionary<string, ConfigEntryResult> entries, string name) =>
        entries.TryGetValue(name, out var entry) && double.TryParse(entry.Value, CultureInfo.InvariantCulture, out var value) && value < TimeSpan.MaxValue.TotalMilliseconds / 4 ? value : null;
}
