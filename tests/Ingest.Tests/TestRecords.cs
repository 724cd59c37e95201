using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Ingest.Tests;

/// <summary>Records as publishers might send them.</summary>
internal static class TestRecords
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ConsumedRecord Record(string? key, byte[]? value, int partition = 0, long offset = 0, params (string Name, string Value)[] headers)
    {
        var all = new Headers();
        foreach (var (name, text) in headers)
        {
            all.Add(name, Encoding.UTF8.GetBytes(text));
        }

        return new(partition, offset, Noon, key is null ? null : Encoding.UTF8.GetBytes(key), value, all);
    }

    public static ConsumedRecord Json(string? key, string json, params (string Name, string Value)[] headers) => Record(key, Encoding.UTF8.GetBytes(json), headers: headers);

    public static ConsumedRecord Proto(string? key, Content content, params (string Name, string Value)[] headers) => Record(key, content.ToByteArray(), headers: headers);

    public static Content Post(string id, string text = "a calm line", long revision = 0, bool deleted = false)
    {
        var content = new Content { Id = id, Revision = revision, Deleted = deleted };
        content.Parts.Add(new Part { Text = text });
        return content;
    }
}
