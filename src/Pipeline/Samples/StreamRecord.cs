using System.Text;

namespace Vigil.Pipeline.Samples;

/// <summary>A record as it is published on <c>content</c>. Null key: none; null value: a deletion.</summary>
internal sealed record StreamRecord(byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public static readonly IReadOnlyList<KeyValuePair<string, string>> NoHeaders = [];

    public static StreamRecord Of(string? key, byte[]? value) => new(key is null ? null : Encoding.UTF8.GetBytes(key), value, NoHeaders);

    public StreamRecord With(string header, string value) => this with { Headers = [.. Headers, KeyValuePair.Create(header, value)] };
}
