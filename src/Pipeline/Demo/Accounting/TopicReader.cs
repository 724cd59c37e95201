using Confluent.Kafka;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Demo.Accounting;

/// <summary>Reads a topic once, from its first record to where its committed records end now.</summary>
internal sealed class TopicReader(KafkaClients clients)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>Calls <paramref name="read"/> for every record, read-committed, on a thread of its own.</summary>
    /// <returns>The first offset that each partition still retains.</returns>
    public async Task<IReadOnlyDictionary<int, long>> ReadAsync(string topic, Action<ConsumeResult<byte[]?, byte[]?>> read, CancellationToken cancellation) =>
        await Task.Factory.StartNew(() => Read(topic, read, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private SortedDictionary<int, long> Read(string topic, Action<ConsumeResult<byte[]?, byte[]?>> read, CancellationToken cancellation)
    {
        using var log = new TopicLog(clients, topic, Silence);
        var first = log.Beginnings();
        try
        {
            log.Read(first, log.Ends(), read, cancellation);
        }
        catch (KafkaException fault)
        {
            throw new CommandFailedException($"{topic} could not be read back: {fault.Error.Reason}", fault);
        }

        return first;
    }
}
