namespace Vigil.Broker.Log;

internal static class TimestampSearch
{
    /// <summary>The first record of the batch at or after a timestamp that the batch is known to reach; the batch's first where its codec is not read here, so that none is missed.</summary>
    public static (long Offset, long Timestamp) Within(ReadOnlySpan<byte> batch, in BatchHeader header, long timestamp)
    {
        if (!header.HasLogAppendTime && BatchRecords.TryExpand(batch, header, out var bytes))
        {
            var records = new Records(bytes);
            while (records.TryNext(out var record))
            {
                if (header.BaseTimestamp + record.TimestampDelta >= timestamp)
                {
                    return (header.BaseOffset + record.OffsetDelta, header.BaseTimestamp + record.TimestampDelta);
                }
            }
        }

        return (header.BaseOffset, header.MaxTimestamp);
    }
}
