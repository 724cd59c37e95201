using System.Buffers.Text;
using System.Globalization;
using Confluent.Kafka;
using Google.Protobuf;
using StackExchange.Redis;
using Vigil.Contracts.Wire;

namespace Vigil.Review.Projection;

/// <summary>Turns records of <c>ranked</c> and <c>decisions</c> into arguments of the apply scripts.</summary>
/// <param name="halfLife">H of the priority.</param>
/// <param name="escalation">Escalation queue of a queue.</param>
internal sealed class ProjectedRecord(TimeSpan halfLife, Func<string, string> escalation)
{
    private const long LatestTime = 9_999_999_999_999;

    /// <returns>Null: no message of ours, or one that lacks what the projection needs.</returns>
    public Projected? Ranked(ConsumeResult<byte[], byte[]> record)
    {
        var item = Parse(RankedItem.Parser, record.Message.Value);
        if (item is not { ContentId.Length: > 0, Version: not null, Source: not null } || Disposition(item) is not { } disposition)
        {
            return null;
        }

        var enqueuedMs = Time(item.EnqueuedMs > 0 ? item.EnqueuedMs : item.Source.TimeMs);
        var withdrawn = disposition == "w";
        var covers = withdrawn && item.Version.Revision == 0;
        var order = OrderOf(item.Version.Revision, item.Source);
        var version = VersionOf(item.Version);

        // Takes the item over: what follows must not need what is not kept.
        var packed = withdrawn ? new([], [], []) : PackedItem.Pack(item);
        RedisValue[] values =
        [
            order,
            version,
            disposition,
            covers ? "1" : "",
            withdrawn ? "" : item.Queue,
            withdrawn || item.Queue.Length == 0 ? "" : escalation(item.Queue),
            QueueScore.Text(QueueScore.LogValue(item.Value)),
            QueueScore.Text(QueueScore.Age(DateTimeOffset.FromUnixTimeMilliseconds(enqueuedMs), halfLife)),
            Text(enqueuedMs),
            Text(Time(record.Message.Timestamp.UnixTimestampMs)),
            packed.Bytes,
        ];
        return new(item.ContentId, values, withdrawn ? null : (packed.Reference, packed.Shared));
    }

    /// <inheritdoc cref="Ranked"/>
    public static Projected? Decided(ConsumeResult<byte[], byte[]> record)
    {
        var decision = Parse(Decision.Parser, record.Message.Value);
        if (decision is not { ContentId.Length: > 0, DecisionId.Length: > 0, Version: not null, Source: not null } || Kind(decision) is not { } kind)
        {
            return null;
        }

        // An undo that carries a verdict is an overturn: both in one record.
        var isFinal = kind is "f" or "u" or "2" && decision.Verdict is Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign;
        var status = new StatusEvent
        {
            ContentId = decision.ContentId,
            Revision = decision.Version.Revision,
            Kind = StatusEvent.Types.Kind.Decision,
            Queue = decision.Queue,
            Source = decision.Source,
            DecisionId = decision.DecisionId,
            Verdict = VerdictNames.Of(decision.Verdict),
        };
        RedisValue[] values =
        [
            decision.DecisionId,
            kind,
            VersionOf(decision.Version),
            OrderOf(decision.Version.Revision, decision.Source),
            decision.Reverses,
            Text(Time(record.Message.Timestamp.UnixTimestampMs)),
            decision.Reviewer,
            Text(decision.LeaseEpoch),
            decision.Queue,
            isFinal ? VerdictNames.Of(decision.Verdict) : "",
            decision.Source.TopicId,
            CallMark.OfKey(decision.IdempotencyKey),
            CallMark.OfWords(decision),
            VerdictNames.Of(decision.FirstVerdict),
            status.ToByteArray(),
        ];
        return new(decision.ContentId, values);
    }

    /// <summary>The version order as text: revision, source time, partition, offset, each of fixed width.</summary>
    public static string OrderOf(long revision, SourceRecord source) => OrderText.Of((ulong)revision ^ 0x8000_0000_0000_0000, 13) + PlaceOf(source);

    /// <summary>A version as the scripts hold it: revision:digest in base64url, half as long as what callers see.</summary>
    public static string VersionOf(Contracts.Wire.Version version) => $"{version.Revision.ToString(CultureInfo.InvariantCulture)}:{Base64Url.EncodeToString(version.Digest.Span)}";

    private static string PlaceOf(SourceRecord source) =>
        OrderText.Of((ulong)Time(source.TimeMs), 9) + OrderText.Of((ulong)Math.Max(0, source.Partition), 6) + OrderText.Of((ulong)Math.Max(0, source.Offset), 13);

    /// <summary>The place in the source as the scripts hold it; the topic id is not kept there.</summary>
    public static SourceRecord SourceOf(string place) => new()
    {
        TimeMs = (long)OrderText.Parse(place.AsSpan(0, 9)),
        Partition = (int)OrderText.Parse(place.AsSpan(9, 6)),
        Offset = (long)OrderText.Parse(place.AsSpan(15, 13)),
    };

    private static string? Disposition(RankedItem item) => item.Disposition switch
    {
        Contracts.Wire.Disposition.Queued when item.Queue.Length > 0 => "q",
        Contracts.Wire.Disposition.Cleared => "c",
        Contracts.Wire.Disposition.Withdrawn => "w",
        _ => null,
    };

    private static string? Kind(Decision decision) => decision.Kind switch
    {
        Decision.Types.Kind.Verdict or Decision.Types.Kind.Unspecified when decision.Reverses.Length == 0 => decision.Verdict switch
        {
            Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign => "f",
            Decision.Types.Verdict.Skip => "s",
            Decision.Types.Verdict.Escalate => "e",
            _ => null,
        },
        Decision.Types.Kind.Verdict or Decision.Types.Kind.Reversal => decision.Reverses.Length > 0 ? "u" : null,
        Decision.Types.Kind.Appeal or Decision.Types.Kind.Golden or Decision.Types.Kind.ReviewAgain => "o",
        Decision.Types.Kind.SecondVerdict when decision.Verdict is Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign => "2",
        _ => null,
    };

    private static T? Parse<T>(MessageParser<T> parser, byte[]? value)
        where T : class, IMessage<T>
    {
        try
        {
            return value is null ? null : parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static long Time(long milliseconds) => Math.Clamp(milliseconds, 0, LatestTime);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
