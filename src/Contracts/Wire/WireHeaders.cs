using System.Text;

namespace Vigil.Contracts.Wire;

/// <summary>Names of the record headers Vigil reads and writes.</summary>
public static class WireHeaders
{
    public const string ContentType = "content-type";
    public const string Schema = "vigil-schema";
    public const string TraceParent = "traceparent";
    public const string Reason = "vigil-reason";
    public const string Stage = "vigil-stage";
    public const string SourceTopic = "vigil-source-topic";
    public const string SourceTopicId = "vigil-source-topic-id";
    public const string SourcePartition = "vigil-source-partition";
    public const string SourceOffset = "vigil-source-offset";

    /// <summary>On a record of <c>content</c> that was a dead letter: partition:offset of that letter.</summary>
    public const string Replayed = "vigil-replayed";

    public const string Json = "application/json";

    /// <summary>Major version of every schema under <c>schemas/</c>.</summary>
    public const int Major = 1;

    /// <summary>Value of <see cref="Schema"/> for a message, such as <c>RankedItem/1</c>.</summary>
    public static byte[] SchemaOf(string message) => Encoding.UTF8.GetBytes($"{message}/{Major}");
}
