using System.Diagnostics;
using Vigil.Contracts.Wire;

namespace Vigil.Ingest;

/// <summary>Carries the publisher's W3C trace across a batch.</summary>
public static class TraceLink
{
    private const int MaxLinks = 128;

    /// <summary>The Receive span of a batch, with links to the sampled contexts of its records; null when nobody listens.</summary>
    public static Activity? StartReceive(string topic, IReadOnlyList<ConsumedRecord> records)
    {
        if (!IngestTelemetry.Activities.HasListeners())
        {
            return null;
        }

        var links = records
            .Select(record => ContextOf(record))
            .Where(context => (context.TraceFlags & ActivityTraceFlags.Recorded) != 0)
            .Take(MaxLinks)
            .Select(context => new ActivityLink(context));
        var activity = IngestTelemetry.Activities.StartActivity(ActivityKind.Consumer, links: links, name: $"receive {topic}");
        activity?.SetTag("messaging.system", "kafka");
        activity?.SetTag("messaging.operation.type", "receive");
        activity?.SetTag("messaging.destination.name", topic);
        activity?.SetTag("messaging.batch.message_count", records.Count);
        return activity;
    }

    /// <summary>What the outputs of a batch carry whose publishers sent no trace: the batch's, or a new unsampled one.</summary>
    public static string Of(Activity? batch) => batch?.Id ?? Format(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);

    /// <summary>
    /// What the outputs of a record carry: the publisher's trace where it sent one, else the batch's. A sampled publisher's
    /// trace gets a span of its own for this item.
    /// </summary>
    /// <param name="batch">Of <see cref="Of"/>.</param>
    public static string Continue(ConsumedRecord record, string batch)
    {
        var context = ContextOf(record);
        if (context == default)
        {
            return batch;
        }

        if ((context.TraceFlags & ActivityTraceFlags.Recorded) != 0)
        {
            using var span = IngestTelemetry.Activities.StartActivity("rank item", ActivityKind.Consumer, context);
            if (span?.Id is { } id)
            {
                return id;
            }
        }

        return Format(context.TraceId, context.SpanId, context.TraceFlags);
    }

    private static ActivityContext ContextOf(ConsumedRecord record) =>
        record.Header(WireHeaders.TraceParent) is { } parent && ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : default;

    private static string Format(ActivityTraceId trace, ActivitySpanId span, ActivityTraceFlags flags) =>
        $"00-{trace.ToHexString()}-{span.ToHexString()}-{(int)flags:x2}";
}
