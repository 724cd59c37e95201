using Confluent.Kafka;
using Vigil.Ingest;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.Worker;

/// <summary>
/// Follows <c>bank-index</c> from its beginning and publishes a snapshot whenever its end is reached, so that an entry added,
/// disabled or deleted counts within a second. Every process follows the whole topic; nothing is committed.
/// </summary>
internal sealed class BankFeed(KafkaClients clients, BankFollower follower, Bank bank, TimeProvider time, ILogger<BankFeed> log) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    // Of a long run of changes something is to be seen before its end.
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(1);

    private long _publishedAt;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => OwnThread.Run("vigil-bank", () => Follow(stoppingToken));

    private void Follow(CancellationToken stopping)
    {
        var config = clients.Consumer(clients.Named($"bank-feed-{Guid.NewGuid():n}"));
        config.EnablePartitionEof = true;
        config.FetchWaitMaxMs = 100;
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => WorkerLog.BankClient(log, error.Code.ToString(), error.Reason))
            .SetLogHandler((_, _) => { })
            .Build();
        consumer.Assign(new TopicPartitionOffset(clients.Topics.BankIndex, 0, Offset.Beginning));
        while (!stopping.IsCancellationRequested)
        {
            Step(consumer);
        }
    }

    private void Step(IConsumer<byte[]?, byte[]?> consumer)
    {
        var read = Consume(consumer);
        if (read is { IsPartitionEOF: false })
        {
            follower.Apply(read.Message.Key, read.Message.Value, read.Offset, new(read.Message.Timestamp.UtcDateTime));
            if (bank.IsReady && time.GetElapsedTime(_publishedAt) >= LongestRun)
            {
                Publish();
            }

            return;
        }

        if (read is not null)
        {
            follower.Advance(read.Offset);
        }

        follower.Expire();
        if ((read is not null && !bank.IsReady) || (bank.IsReady && follower.HasChanges))
        {
            Publish();
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Consume(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(Patience);
        }
        catch (ConsumeException fault) when (fault.Error.Code == ErrorCode.Local_AutoOffsetReset || fault.Error.IsFatal)
        {
            throw new WorkerStoppedException($"{clients.Topics.BankIndex} cannot be followed ({fault.Error.Code}): {fault.Error.Reason}", fault);
        }
        catch (ConsumeException fault)
        {
            WorkerLog.BankClient(log, fault.Error.Code.ToString(), fault.Error.Reason);
            return null;
        }
    }

    private void Publish()
    {
        if (follower.HasChanges || !bank.IsReady)
        {
            bank.Publish(follower.Next());
        }

        _publishedAt = time.GetTimestamp();
    }
}
