using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Review.Redis;

namespace Vigil.Review.Projection;

/// <summary>
/// What has to happen though no record and no call asks for it: leases end, what is due is forgotten, status events go out,
/// and queues are measured. Run by the instance that reads.
/// </summary>
internal sealed partial class QueueHousekeeping(
    QueueProjection projection, ReviewQueue queues, Lazy<IProducer<string, byte[]>> producer, string statusTopic, TimeProvider time, ILogger<QueueHousekeeping> logger)
{
    private const int SweepSize = 200;

    // With two looks a second: 10,000 ids a second, more than can arrive. Between slices others have their turn in Redis.
    private const int MostSlices = 25;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(5);

    private RedisScripts Scripts => projection.Scripts;

    /// <param name="stop">Cancelled from here when the topics are no longer those of <paramref name="source"/>.</param>
    public async Task RunAsync(string generation, ProjectionSource source, LogTimes times, CancellationTokenSource stop)
    {
        long? looked = null, measured = null;
        string? waits = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await PublishStatusAsync();
                await EndLeasesAsync(source.Decisions);
                if (looked is null || time.GetElapsedTime(looked.Value) > LookEvery)
                {
                    var now = time.GetTimestamp();
                    if (await projection.DescribeAsync() != source)
                    {
                        await stop.CancelAsync();
                        return;
                    }

                    looked = await times.LookAsync() ? now : looked;
                }

                for (var slice = 0; slice < MostSlices && await SweepAsync(generation, live: true, times.Passed()) >= SweepSize; slice++)
                {
                }

                if (measured is null || time.GetElapsedTime(measured.Value) > MeasureEvery)
                {
                    measured = time.GetTimestamp();
                    ReviewTelemetry.Queues((await queues.ListAsync()).Value ?? []);
                }

                waits = null;
            }
            catch (Exception fault) when (fault is RedisException or RedisTimeoutException or KafkaException)
            {
                // Each reason is said once, not at every look.
                if (waits != fault.Message)
                {
                    waits = fault.Message;
                    LogTrouble(fault.Message);
                }
            }

            await Task.Delay(Tick, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Forgets what is due, one slice.</summary>
    /// <returns>How many ids were looked at; as many as a slice holds: there may be more.</returns>
    public async Task<int> SweepAsync(string generation, bool live, long passed) => (int)await Scripts.RunAsync("sweep", generation, live ? "1" : "0", Text(passed), SweepSize);

    /// <summary>
    /// Ends leases whose time is over. One that is being decided ends only when the projection has passed the ends of
    /// <c>decisions</c> as read after its deadline.
    /// </summary>
    public async Task EndLeasesAsync(TopicLayout decisions)
    {
        var answer = await Scripts.RunAsync("reap", "100");
        var ended = (RedisValue[])answer[0]!;
        if (ended.Length > 0)
        {
            ReviewTelemetry.LeaseEnded("expired", ended.Length);
        }

        var overdue = (RedisValue[])answer[1]!;
        if (overdue.Length == 0)
        {
            return;
        }

        var ends = await projection.Directory.EndsAsync([decisions], IsolationLevel.ReadUncommitted);
        RedisValue[] pairs = [.. ends.SelectMany(end => new RedisValue[] { decisions.Field(end.Key.Partition.Value), Text(end.Value) })];
        for (var i = 0; i < overdue.Length; i += 2)
        {
            if ((string?)(await Scripts.RunAsync("end_deciding", [overdue[i], overdue[i + 1], .. pairs]))[0] == "ended")
            {
                ReviewTelemetry.LeaseEnded("expired");
            }
        }
    }

    /// <summary>Sends waiting status events; each stays in Redis until the broker has it.</summary>
    public async Task PublishStatusAsync()
    {
        while (await Scripts.Database.ListRangeAsync(Scripts.Key("outbox"), 0, 99) is { Length: > 0 } waiting)
        {
            await Task.WhenAll(waiting.Select(entry => StatusOf((byte[])entry!)).OfType<StatusEvent>().Select(status =>
                producer.Value.ProduceAsync(statusTopic, new Message<string, byte[]>
                {
                    Key = status.ContentId,
                    Value = status.ToByteArray(),
                    Headers = RecordHeaders.Of(nameof(StatusEvent)),
                })));
            await Scripts.Database.ListTrimAsync(Scripts.Key("outbox"), waiting.Length, -1);
        }
    }

    // decision|result|its own event, or expired|version|the packed item.
    private static StatusEvent? StatusOf(byte[] entry)
    {
        var first = Array.IndexOf(entry, (byte)'|');
        var second = Array.IndexOf(entry, (byte)'|', first + 1);
        var message = entry.AsSpan(second + 1);
        if (entry.AsSpan(0, first).SequenceEqual("expired"u8))
        {
            var version = Replies.Version(Encoding.ASCII.GetString(entry.AsSpan(first + 1, second - first - 1)));
            var item = PackedItem.Unpack(message, version);
            return new()
            {
                ContentId = item.ContentId,
                Revision = item.Version.Revision,
                Kind = StatusEvent.Types.Kind.Expired,
                Queue = item.Queue,
                Risk = item.Risk,
                Source = item.Source,
            };
        }

        var status = StatusEvent.Parser.ParseFrom(message);
        status.Reason = entry.AsSpan(first + 1, second - first - 1).SequenceEqual("effective"u8) ? "undone" : "";
        return status;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queues: housekeeping waits ({Reason})")]
    private partial void LogTrouble(string reason);
}
