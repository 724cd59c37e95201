using System.Text;
using Confluent.Kafka;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// Which of the records that stood on <c>bank</c> at one moment count: the last of each key, as if the topic had been
/// compacted just then. Without it a role that begins again would publish what was replaced, disabled or removed long ago
/// anew, until it came to the record that says so.
/// </summary>
internal sealed class LastRecords
{
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);

    /// <summary>Everything from here on counts.</summary>
    public long End { get; private set; }

    public static LastRecords Read(KafkaClients clients, CancellationToken cancellation)
    {
        var records = new LastRecords();
        CompactedTopic.ReadToEnd(
            clients,
            clients.Topics.Bank,
            result =>
            {
                records._last[KeyOf(result)] = result.Offset.Value;
                records.End = result.Offset.Value + 1;
            },
            cancellation);
        return records;
    }

    public bool Counts(ConsumeResult<byte[]?, byte[]?> result) => result.Offset.Value >= End || _last.GetValueOrDefault(KeyOf(result), -1) == result.Offset.Value;

    private static string KeyOf(ConsumeResult<byte[]?, byte[]?> result) => Encoding.UTF8.GetString(result.Message.Key ?? []);
}
