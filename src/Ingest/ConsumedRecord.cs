using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>One record of the content topic as it was read.</summary>
/// <param name="Time">The broker's LogAppendTime; on a topic with CreateTime this worker's clock at first read.</param>
public sealed record ConsumedRecord(int Partition, long Offset, DateTimeOffset Time, byte[]? Key, byte[]? Value, Headers Headers)
{
    /// <summary>Bytes of key, value and headers together.</summary>
    public long Size
    {
        get
        {
            var size = (long)(Key?.Length ?? 0) + (Value?.Length ?? 0);
            for (var i = 0; i < Headers.Count; i++)
            {
                size += Headers[i].Key.Length + (Headers[i].GetValueBytes()?.Length ?? 0);
            }

            return size;
        }
    }

    /// <summary>The last header of that name as UTF-8; null without.</summary>
    public string? Header(string name) =>
        Headers.TryGetLastBytes(name, out var value) && value is not null ? System.Text.Encoding.UTF8.GetString(value) : null;
}
