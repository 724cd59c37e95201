using Microsoft.Extensions.Options;
using Vigil.Embed;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>
/// Keeps this process's bank equal to <c>bank-index</c>: reads the topic from its beginning, and publishes a snapshot
/// whenever it has caught up with a change. The last snapshot serves while the topic cannot be read. It asks for no
/// encoder, so that the bank is read while the weights are.
/// </summary>
internal sealed partial class BankFollowing(
    KafkaClients clients,
    VectorSpace space,
    IndexBackend backend,
    Bank bank,
    IOptions<BankOptions> options,
    TimeProvider time,
    ILogger<BankFollowing> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>While changes keep coming, how long the first of them may wait for a snapshot.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private string? _awaitedStarter;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _awaitedStarter = ExpectedStarter();
        var sessions = new KafkaSessions("following the bank", TimeSpan.FromMinutes(options.Value.GiveUpMinutes), time, logger);
        return sessions.RunAsync(cancellation => Follow(sessions, cancellation), stoppingToken);
    }

    private void Follow(KafkaSessions sessions, CancellationToken cancellation)
    {
        // A session begins with nothing: a topic that was made again is another bank.
        using var follower = new BankFollower(space.EncoderHash, space.Dimension, backend, time);
        using var consumer = CompactedTopic.Open(clients, clients.Topics.BankIndex, error => LogError(logger, error.Reason));
        var end = CompactedTopic.End(clients, consumer);
        var began = time.GetTimestamp();
        var published = began;
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

            if (follower.HasChanges && follower.Position >= end && HasStarter(follower, began) && (idle || time.GetElapsedTime(published) >= LongestWait))
            {
                Publish(follower);
                published = time.GetTimestamp();
            }
        }
    }

    // On a new installation worker and bank role start together: without this the first items would meet an empty bank.
    private bool HasStarter(BankFollower follower, long began)
    {
        if (_awaitedStarter is null)
        {
            return true;
        }

        var seeded = follower.HasStarter(_awaitedStarter);
        if (!seeded && time.GetElapsedTime(began).TotalSeconds < options.Value.StarterWaitSeconds)
        {
            return false;
        }

        if (!seeded)
        {
            LogNoStarter(logger, options.Value.StarterWaitSeconds);
        }

        _awaitedStarter = null;
        return true;
    }

    private string? ExpectedStarter()
    {
        try
        {
            return options.Value.StarterFolder is { } folder && StarterBank.ReadManifest(folder) is { } manifest && manifest.Embedder == space.EncoderHash
                ? manifest.Hash
                : null;
        }
        catch (InvalidDataException)
        {
            // The bank role says so.
            return null;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "No bank role has seeded the starter bank within {Seconds} s: ranking without it")]
    private static partial void LogNoStarter(ILogger logger, int seconds);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Following the bank: {Reason}")]
    private static partial void LogError(ILogger logger, string reason);
}
