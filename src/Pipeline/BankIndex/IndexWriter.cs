using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Ingest;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// Writes to <c>bank-index</c> in transactions. The transactional id is that of the role, so a new active member fences
/// one that is still about and ends what it left open.
/// </summary>
internal sealed class IndexWriter : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IProducer<byte[], byte[]?> _producer;
    private readonly string _topic;
    private readonly Watchdog _watchdog;

    public IndexWriter(KafkaClients clients, Watchdog watchdog)
    {
        _watchdog = watchdog;
        _topic = clients.Topics.BankIndex;
        _producer = new ProducerBuilder<byte[], byte[]?>(clients.TransactionalProducer(clients.Named("bank")))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        _producer.InitTransactions(Patience);
    }

    /// <summary>Writes all of it or nothing, with the position read so far.</summary>
    /// <exception cref="KafkaException">Nothing is known of the outcome: the session has to begin anew.</exception>
    public void Write(IReadOnlyList<IndexRecord> records, TopicPartitionOffset? position, IConsumerGroupMetadata? group)
    {
        using var activity = BankTelemetry.Source.StartActivity("bank index", ActivityKind.Producer);
        _producer.BeginTransaction();
        foreach (var record in records)
        {
            _producer.Produce(new TopicPartition(_topic, 0), Message(record));
        }

        if (position is not null && group is not null)
        {
            _watchdog.Guard("SendOffsetsToTransaction", () => _producer.SendOffsetsToTransaction([position], group, Patience));
        }

        _watchdog.Guard("CommitTransaction", () => _producer.CommitTransaction(Patience));
        BankTelemetry.Written(records.Count);
    }

    public void Dispose() => _producer.Dispose();

    private static Message<byte[], byte[]?> Message(IndexRecord record)
    {
        var headers = new Headers { { WireHeaders.TraceParent, TraceParent() } };
        if (record.Message.Length > 0)
        {
            headers.Add(WireHeaders.Schema, WireHeaders.SchemaOf(record.Message));
        }

        if (record.SourceOffset >= 0)
        {
            headers.Add(WireHeaders.SourceOffset, Encoding.UTF8.GetBytes(record.SourceOffset.ToString(CultureInfo.InvariantCulture)));
        }

        return new Message<byte[], byte[]?> { Key = Encoding.UTF8.GetBytes(record.Key), Value = record.Value, Headers = headers };
    }

    // Without a listener there is no activity; the header is there all the same, not sampled.
    internal static byte[] TraceParent() => Encoding.ASCII.GetBytes(
        Activity.Current?.Id ?? $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
}
