using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;

namespace Vigil.Review;

/// <summary>Headers of every record this stage produces: schema, and the trace it belongs to.</summary>
internal static class RecordHeaders
{
    private static readonly ActivitySource Source = new(ReviewTelemetry.Name);

    public static Headers Of(string message)
    {
        // A call over HTTP has its own activity; housekeeping begins one.
        using var own = Activity.Current is null ? Source.StartActivity($"produce {message}", ActivityKind.Producer) : null;
        var headers = new Headers { { WireHeaders.Schema, WireHeaders.SchemaOf(message) } };
        headers.Add(WireHeaders.TraceParent, Encoding.ASCII.GetBytes(
            Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00"));
        return headers;
    }
}
