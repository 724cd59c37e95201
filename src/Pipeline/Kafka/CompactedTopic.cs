using Confluent.Kafka;

namespace Vigil.Pipeline.Kafka;

/// <summary>Reads a topic of one partition from its beginning, apart from any group.</summary>
internal static class CompactedTopic
{
    /// <summary>The longest wait between two records on the way to the end: a dead writer's transaction ends sooner.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(70);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>A consumer that stands at the beginning and reports the end of the partition.</summary>
    public static IConsumer<byte[]?, byte[]?> Open(KafkaClients clients, string topic, Action<Error> onError)
    {
        // The client wants a group id; nothing is committed under it.
        var config = clients.Consumer(clients.Named("reader"));
        config.EnablePartitionEof = true;
        var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => onError(error))
            .SetLogHandler((_, _) => { })
            .Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return consumer;
    }

    /// <summary>The offset after the last record there is now, committed or not.</summary>
    /// <exception cref="KafkaException">The topic does not exist, or the broker does not answer.</exception>
    public static long End(KafkaClients clients, IConsumer<byte[]?, byte[]?> consumer)
    {
        var patience = TimeSpan.FromSeconds(clients.Options.ConnectSeconds);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return consumer.QueryWatermarkOffsets(consumer.Assignment[0], patience).High.Value;
            }
            catch (KafkaException fault) when (IsUnderWay(fault) && TimeProvider.System.GetElapsedTime(started) < patience)
            {
                CancellationToken.None.WaitHandle.WaitOne(Poll);
            }
        }
    }

    // A topic made a moment ago, or a leader that changes.
    private static bool IsUnderWay(KafkaException fault) => fault.Error.Code
        is ErrorCode.NotLeaderForPartition or ErrorCode.LeaderNotAvailable or ErrorCode.UnknownTopicOrPart;

    /// <summary>Reads everything that stands there now.</summary>
    /// <exception cref="KafkaException">The topic does not exist, or the broker does not answer.</exception>
    public static void ReadToEnd(KafkaClients clients, string topic, Action<ConsumeResult<byte[]?, byte[]?>> apply, CancellationToken cancellation)
    {
        using var consumer = Open(clients, topic, static _ => { });
        var end = End(clients, consumer);
        var position = 0L;
        var heard = TimeProvider.System.GetTimestamp();
        while (position < end)
        {
            cancellation.ThrowIfCancellationRequested();
            if (consumer.Consume(Poll) is not { } result)
            {
                if (TimeProvider.System.GetElapsedTime(heard) > Patience)
                {
                    throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"{topic} could not be read to offset {end}"));
                }

                continue;
            }

            heard = TimeProvider.System.GetTimestamp();
            if (result.IsPartitionEOF)
            {
                position = Math.Max(position, result.Offset.Value);
                continue;
            }

            position = result.Offset.Value + 1;
            apply(result);
        }
    }
}
