using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Vigil.Ingest;

/// <summary>When a record came: the broker's word (LogAppendTime), or this process's clock where the topic keeps the publisher's, which says so once.</summary>
internal sealed class RecordClock(string topic, TimeProvider time, ILogger log)
{
    private bool _ownTimeSaid;

    public DateTimeOffset Of(Timestamp timestamp)
    {
        if (timestamp.Type == TimestampType.LogAppendTime)
        {
            return new(timestamp.UtcDateTime);
        }

        if (!_ownTimeSaid)
        {
            _ownTimeSaid = true;
            IngestLog.OwnTime(log, topic);
        }

        return time.GetUtcNow();
    }
}
