using System.Collections;
using Confluent.Kafka;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Vigil.Contracts.Wire;
using RankedItem = Vigil.Contracts.Wire.RankedItem;
using SourceRecord = Vigil.Contracts.Wire.SourceRecord;
using Version = Vigil.Contracts.Wire.Version;

namespace Vigil.Review.Support;

/// <summary>Makes records of <c>ranked</c> and <c>decisions</c> as the worker and the desk write them.</summary>
internal static class LogRecords
{
    public static readonly DateTimeOffset Day0 = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    public static RankedItem Ranked(string id, long revision, char digest, Disposition disposition, DateTimeOffset source, long offset, string queue = "hate", double value = 1, int partition = 0)
    {
        var item = new RankedItem
        {
            ContentId = id,
            Disposition = disposition,
            Version = VersionOf(revision, digest),
            Source = new SourceRecord { TopicId = "topic", Partition = partition, Offset = offset, TimeMs = source.ToUnixTimeMilliseconds() },
            EnqueuedMs = source.ToUnixTimeMilliseconds(),
        };
        if (disposition != Disposition.Withdrawn)
        {
            item.Value = value;
            item.Queue = disposition == Disposition.Queued ? queue : "";
            item.Selection = Selection.Ranked;
            item.Propensity = 1;
            item.Risk = 0.5;
            item.Snippet = $"snippet of {digest} at {offset}";
        }

        return item;
    }

    /// <summary>Sets every fraction of a message, and of the messages it holds, to the same number.</summary>
    public static void SetFractions(IMessage message, double number)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            switch (field.FieldType)
            {
                case FieldType.Double:
                    field.Accessor.SetValue(message, number);
                    break;
                case FieldType.Message:
                    foreach (var part in field.IsRepeated ? ((IEnumerable)field.Accessor.GetValue(message)).Cast<IMessage>() : [(IMessage)field.Accessor.GetValue(message)])
                    {
                        if (part is not null)
                        {
                            SetFractions(part, number);
                        }
                    }

                    break;
            }
        }
    }

    public static Decision Verdict(string decisionId, RankedItem item, string reviewer, Decision.Types.Verdict verdict, string reverses = "", long epoch = 0) => new()
    {
        DecisionId = decisionId,
        Kind = reverses.Length > 0 ? Decision.Types.Kind.Reversal : Decision.Types.Kind.Verdict,
        ContentId = item.ContentId,
        Version = item.Version,
        Source = item.Source,
        Queue = item.Queue,
        Verdict = verdict,
        Reviewer = reviewer,
        LeaseEpoch = epoch,
        Reverses = reverses,
    };

    /// <summary>Has a decided item judged again: an appeal in the queue of appeals, a golden item in its own.</summary>
    public static Decision Opening(string decisionId, RankedItem item, Decision.Types.Kind kind)
    {
        var opening = Verdict(decisionId, item, "lead", Decision.Types.Verdict.Unspecified);
        (opening.Kind, opening.Queue) = (kind, kind == Decision.Types.Kind.Appeal ? "appeals" : item.Queue);
        return opening;
    }

    public static Decision Second(string decisionId, RankedItem item, string reviewer, Decision.Types.Verdict verdict, string first = "d1", Decision.Types.Verdict firstVerdict = Decision.Types.Verdict.Violation)
    {
        var second = Verdict(decisionId, item, reviewer, verdict);
        (second.Kind, second.SecondTo, second.FirstVerdict) = (Decision.Types.Kind.SecondVerdict, first, firstVerdict);
        return second;
    }

    public static Decision Undo(string decisionId, RankedItem item, string reverses, string reviewer = "lead") =>
        Verdict(decisionId, item, reviewer, Decision.Types.Verdict.Unspecified, reverses);

    public static Version VersionOf(long revision, char digest) => new()
    {
        Revision = revision,
        Digest = digest == '-' ? ByteString.Empty : ByteString.CopyFrom([.. Enumerable.Repeat((byte)digest, 32)]),
    };

    public static string VersionText(long revision, char digest) => $"{revision}:{Convert.ToHexStringLower(VersionOf(revision, digest).Digest.Span)}";

    public static ConsumeResult<byte[], byte[]> Record(IMessage message, string topic, long offset, DateTimeOffset logTime) => new()
    {
        TopicPartitionOffset = new(topic, 0, offset),
        Message = new()
        {
            Value = message.ToByteArray(),
            Timestamp = new Timestamp(logTime.ToUnixTimeMilliseconds(), TimestampType.LogAppendTime),
        },
    };
}
