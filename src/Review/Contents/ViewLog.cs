using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;

namespace Vigil.Review;

/// <summary>
/// Writes to <c>views</c> what reviewers are shown. A delivery is written before the content leaves; of a queue that is
/// restricted nothing leaves that could not be written.
/// </summary>
public sealed class ViewLog
{
    /// <summary>How long an unrestricted item waits for a log that does not answer. The record may still arrive.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(500);

    private readonly Lazy<IProducer<string, byte[]>> _producer;
    private readonly string _topic;
    private readonly HashSet<string> _restricted;

    internal ViewLog(Lazy<IProducer<string, byte[]>> producer, string topic, IEnumerable<string> restricted)
    {
        _producer = producer;
        _topic = topic;
        _restricted = [.. restricted];
    }

    /// <param name="queue">Empty: it waits in none.</param>
    /// <param name="epoch">0: without a claim.</param>
    /// <returns>Whether it may be shown.</returns>
    internal async Task<bool> DeliverAsync(Reviewer reviewer, string id, ContentVersion version, string queue, long epoch)
    {
        var isRestricted = _restricted.Contains(queue);
        var isWritten = await TryWriteAsync(
            new() { Reviewer = reviewer.Name, ContentId = id, Version = version.ToWire(), Queue = queue, LeaseEpoch = epoch, Kind = View.Types.Kind.Delivered },
            isRestricted ? Timeout.InfiniteTimeSpan : ShortWait);
        return isWritten || !isRestricted;
    }

    /// <summary>What the page says once it has happened; nothing waits for it.</summary>
    public Task ReportAsync(Reviewer reviewer, string id, string queue, long epoch, View.Types.Kind kind) =>
        TryWriteAsync(new() { Reviewer = reviewer.Name, ContentId = id, Queue = queue, LeaseEpoch = epoch, Kind = kind }, ShortWait);

    private async Task<bool> TryWriteAsync(View view, TimeSpan patience)
    {
        try
        {
            var message = new Message<string, byte[]> { Key = view.Reviewer, Value = view.ToByteArray(), Headers = RecordHeaders.Of(nameof(View)) };
            await _producer.Value.ProduceAsync(_topic, message).WaitAsync(patience);
            return true;
        }
        catch (Exception fault) when (fault is KafkaException or TimeoutException)
        {
            ReviewTelemetry.ViewUnwritten();
            return false;
        }
    }
}
