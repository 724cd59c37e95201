using Confluent.Kafka;
using Vigil.Ingest;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// For `vigil bench pipeline` only: what transactions are compared with. Outcomes are flushed, then the offsets are committed,
/// so a crash between the two repeats them. A process that is told to work so starts on a bench's topics and on no others.
/// </summary>
internal sealed class AtLeastOnceOutcomes(
    KafkaClients clients, string topicId, ContentConsumer consumer, InFlightBatches inFlight, DuplicateWindow window, ConsumerProgress progress) : IOutcomeSink
{
    public const string Variable = "VIGIL_BENCH_AT_LEAST_ONCE";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly OutcomeMessages _messages = new(clients.Topics, topicId);
    private readonly IProducer<byte[], byte[]> _producer = new ProducerBuilder<byte[], byte[]>(Settings(clients)).SetLogHandler((_, _) => { }).Build();

    /// <exception cref="CommandFailedException">It is asked for, and these are not a bench's topics.</exception>
    public static bool IsAsked(string? variable, string prefix) => BenchOnly.IsAsked(Variable, variable, prefix, "outcomes are never written twice there");

    public void Initialize()
    {
    }

    public bool Commit(OutcomeBatch computed)
    {
        if (inFlight.Begin(computed.Batch) is null)
        {
            return false;
        }

        var trace = TraceLink.Of(computed.Receive);
        foreach (var outcome in computed.Outcomes)
        {
            foreach (var (place, message) in _messages.Of(outcome, TraceLink.Continue(outcome.Record, trace)))
            {
                _producer.Produce(place, message);
            }
        }

        if (_producer.Flush(Patience) > 0)
        {
            throw new WorkerStoppedException($"Kafka did not take the outcomes of a batch within {Patience.TotalSeconds} s.");
        }

        consumer.CommitOffsets([.. computed.Outcomes.GroupBy(outcome => outcome.Record.Partition).Select(group =>
            new TopicPartitionOffset(clients.Topics.Content, group.Key, group.Max(outcome => outcome.Record.Offset) + 1))]);
        window.Commit(computed.Overlay);
        inFlight.Finish(computed.Batch);
        foreach (var outcome in computed.Outcomes)
        {
            progress.Committed(outcome.Record.Partition, outcome.Record.Offset + 1, outcome.Record.Time);
        }

        return true;
    }

    public void Dispose() => _producer.Dispose();

    // As the transactional producer has it, transactions aside.
    private static ProducerConfig Settings(KafkaClients clients)
    {
        var config = clients.Producer();
        config.EnableDeliveryReports = false;
        config.LingerMs = 2;
        config.CompressionType = CompressionType.Lz4;
        return config;
    }
}
