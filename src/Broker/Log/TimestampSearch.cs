namespace Vigil.Broker.Log;

internal static class TimestampSearch
{
    /// <summary>The first record of the batch at or after a timestamp that the batch is known to reach.</summary>
    public static (long Offset, long Timestamp) Within(ReadOnlySpan<byte> batch, in BatchHeader header, long timestamp)
    {
        if (!header.HasLogAppendTime && header.Compression == 0)
        {
            var records = new Records(batch[BatchHeader.Bytes..]);
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
