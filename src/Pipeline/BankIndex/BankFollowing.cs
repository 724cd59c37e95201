using Microsoft.Extensions.Options;
using Vigil.Embed;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// Keeps this process's bank equal to <c>bank-index</c>: reads the topic from its beginning, and publishes a snapshot
/// whenever it has caught up with a change. The last snapshot serves while the topic cannot be read.
/// </summary>
internal sealed partial class BankFollowing(
    KafkaClients clients,
    IEncoder encoder,
    IndexBackend backend,
    Bank bank,
    IOptions<BankOptions> options,
    TimeProvider time,
    ILogger<BankFollowing> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>While changes keep coming, how long the first of them may wait for a snapshot.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sessions = new KafkaSessions("following the bank", TimeSpan.FromMinutes(options.Value.GiveUpMinutes), time, logger);
        return sessions.RunAsync(cancellation => Follow(sessions, cancellation), stoppingToken);
    }

    private void Follow(KafkaSessions sessions, CancellationToken cancellation)
    {
        // A session begins with nothing: a topic that was made again is another bank.
        using var follower = new BankFollower(encoder.Hash, encoder.Dimension, backend, time);
        using var consumer = CompactedTopic.Open(clients, clients.Topics.BankIndex, error => LogError(logger, error.Reason));
        var end = CompactedTopic.End(clients, consumer);
        var published = time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            var result = consumer.Consume(Poll);
            var idle = result is null || result.IsPartitionEOF;
            if (result is { IsPartitionEOF: true })
            {
                follower.Advance(result.Offset.Value);
                sessions.Worked();
            }
            else if (result is not null)
            {
                follower.Apply(result.Message.Key, result.Message.Value, result.Offset.Value, new(result.Message.Timestamp.UtcDateTime));
            }
            else
            {
                follower.Expire();
            }

            if (follower.HasChanges && follower.Position >= end && (idle || time.GetElapsedTime(published) >= LongestWait))
            {
                Publish(follower);
                published = time.GetTimestamp();
            }
        }
    }

    private void Publish(BankFollower follower)
    {
        var first = !bank.IsReady;
        var snapshot = follower.Next();
        var summary = snapshot.Summary;
        bank.Publish(snapshot);
        if (first)
        {
            LogReady(logger, summary.Live, summary.IndexKind, summary.Refused.Values.Sum());
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Bank loaded: {Live} entries match, index {Kind}, {Refused} records refused")]
    private static partial void LogReady(ILogger logger, int live, string kind, int refused);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Following the bank: {Reason}")]
    private static partial void LogError(ILogger logger, string reason);
}
