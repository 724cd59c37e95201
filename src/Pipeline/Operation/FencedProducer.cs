using Confluent.Kafka;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation;

/// <summary>
/// Records of one command in transactions under a fixed name: a second process of the same command fences the first, so what
/// the first had not committed never shows, and what it had the second reads. Used by one thread.
/// </summary>
internal sealed class FencedProducer : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    private readonly string _name;
    private readonly IProducer<byte[]?, byte[]?> _producer;

    /// <summary>Fences whoever ran under this name before, and ends what it left open.</summary>
    public FencedProducer(KafkaClients clients, string name)
    {
        _name = clients.Named(name);
        var config = clients.TransactionalProducer(_name);
        config.CompressionType = CompressionType.Lz4;
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        try
        {
            Call(() => _producer.InitTransactions(CallTimeout));
        }
        catch
        {
            _producer.Dispose();
            throw;
        }
    }

    /// <summary>Writes all of them or none. Never run again by itself: the caller knows what a repeat would mean.</summary>
    /// <param name="offsets">Committed with the records, for <paramref name="group"/>; null: none.</param>
    public void Commit(
        IEnumerable<(string Topic, Message<byte[]?, byte[]?> Message)> records, IReadOnlyList<TopicPartitionOffset>? offsets = null, IConsumerGroupMetadata? group = null)
    {
        Call(_producer.BeginTransaction);
        try
        {
            foreach (var (topic, message) in records)
            {
                Produce(topic, message);
            }

            if (offsets is not null)
            {
                Call(() => _producer.SendOffsetsToTransaction(offsets, group!, CallTimeout));
            }

            Call(() => _producer.CommitTransaction(CallTimeout));
        }
        catch (KafkaException fault) when (!fault.Error.IsFatal)
        {
            Abort();
            throw Explained(fault);
        }
        catch (KafkaException fault)
        {
            throw Explained(fault);
        }
    }

    public void Dispose() => _producer.Dispose();

    private void Produce(string topic, Message<byte[]?, byte[]?> message)
    {
        while (true)
        {
            try
            {
                _producer.Produce(topic, message);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> fault) when (fault.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Flush(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private void Abort()
    {
        try
        {
            _producer.AbortTransaction(CallTimeout);
        }
        catch (KafkaException)
        {
            // The broker ends it after its time-out; what is in it is never read.
        }
    }

    // Calls that may be repeated are: a leader that moves, a coordinator that loads.
    private void Call(Action call)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaException fault) when (fault is KafkaRetriableException && TimeProvider.System.GetElapsedTime(since) < 2 * CallTimeout)
            {
                CancellationToken.None.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(50));
            }
            catch (KafkaException fault) when (fault.Error.IsFatal)
            {
                throw Explained(fault);
            }
        }
    }

    private CommandFailedException Explained(KafkaException fault) =>
        fault.Error.Code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch
            ? new($"The same command was started again elsewhere and has taken over ({_name}). What this one had not committed is not written.", fault)
            : new($"Kafka did not take the records ({fault.Error.Code}): {fault.Error.Reason}", fault);
}
