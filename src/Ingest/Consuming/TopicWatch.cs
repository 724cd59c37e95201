using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace Vigil.Ingest;

/// <summary>
/// Knows the content topic by its id, not its name: a topic deleted and created again is another one, and a worker that sees
/// that stops. It also notices when Kafka has not answered for too long, and how far the log has grown meanwhile.
/// </summary>
public sealed class TopicWatch(AdminClientConfig config, string topic, TimeSpan patience, ConsumerProgress progress, TimeProvider time, ILogger<TopicWatch> log) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(8);

    /// <summary>How long Kafka may say that there is no such topic: one that is made anew is away for a moment.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(15);

    private readonly IAdminClient _admin = new AdminClientBuilder(config)
        .SetErrorHandler((_, error) => IngestLog.ClientError(log, "admin", error.Code.ToString(), error.Reason))
        .SetLogHandler((_, message) => IngestLog.Client(log, message.Name, message.Message))
        .Build();

    public string Name => topic;

    /// <summary>Kafka's id of the topic, base64url; null when it does not exist.</summary>
    public async Task<string?> FindIdAsync()
    {
        try
        {
            var found = await _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new() { RequestTimeout = CallTimeout }).ConfigureAwait(false);
            return TopicIds.Text(found.TopicDescriptions[0].TopicId);
        }
        catch (DescribeTopicsException fault) when (fault.Results.TopicDescriptions.All(one => one.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            return null;
        }
    }

    /// <summary>Runs until cancelled; throws when the topic is another one or gone, or when Kafka does not answer beyond patience.</summary>
    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (answered, present) = (time.GetTimestamp(), time.GetTimestamp());
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            var (answers, found) = await TryFindIdAsync().ConfigureAwait(false);
            answered = answers ? time.GetTimestamp() : answered;
            present = answers && found is null ? present : time.GetTimestamp();
            if (found is not null)
            {
                if (found != id)
                {
                    throw new WorkerStoppedException(
                        $"Topic {topic} was created anew: its id was {id} and is now {found}. Its offsets mean other records, so this worker stops; started again it begins with the new topic.");
                }

                await NoteEndsAsync().ConfigureAwait(false);
            }
            else if (time.GetElapsedTime(answered) > patience)
            {
                throw new WorkerStoppedException($"Kafka has not shown topic {topic} for {patience.TotalMinutes:0.#} minutes.");
            }
            else if (time.GetElapsedTime(present) > Absence)
            {
                throw new WorkerStoppedException($"Topic {topic} (id {id}) was deleted: there is nothing to read. Run: vigil topics apply, and start again.");
            }
        }
    }

    public void Dispose() => _admin.Dispose();

    private async Task NoteEndsAsync()
    {
        var partitions = progress.Partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(topic, partition), OffsetSpec = OffsetSpec.Latest() }).ToList();
        if (partitions.Count == 0)
        {
            return;
        }

        try
        {
            var ends = await _admin.ListOffsetsAsync(partitions, new() { RequestTimeout = CallTimeout, IsolationLevel = IsolationLevel.ReadCommitted }).ConfigureAwait(false);
            foreach (var end in ends.ResultInfos.Where(end => !end.TopicPartitionOffsetError.Error.IsError))
            {
                progress.End(end.TopicPartitionOffsetError.Partition, end.TopicPartitionOffsetError.Offset);
            }
        }
        catch (ListOffsetsException)
        {
            // The leader is another: this call does not make the client look anew, and would be refused again and again.
            await LookAnewAsync().ConfigureAwait(false);
        }
        catch (KafkaException fault)
        {
            IngestLog.ClientError(log, "admin", fault.Error.Code.ToString(), fault.Error.Reason);
        }
    }

    private async Task LookAnewAsync()
    {
        try
        {
            await Task.Run(() => _admin.GetMetadata(topic, CallTimeout)).ConfigureAwait(false);
        }
        catch (KafkaException fault)
        {
            IngestLog.ClientError(log, "admin", fault.Error.Code.ToString(), fault.Error.Reason);
        }
    }

    private async Task<(bool Answers, string? Id)> TryFindIdAsync()
    {
        var began = time.GetTimestamp();
        try
        {
            return (true, await FindIdAsync().ConfigureAwait(false));
        }
        catch (KafkaException fault)
        {
            IngestTelemetry.BackedOff("admin", "DescribeTopics", time.GetElapsedTime(began));
            IngestLog.ClientError(log, "admin", fault.Error.Code.ToString(), fault.Error.Reason);
            return (false, null);
        }
    }
}
