namespace Vigil.Broker.Log;

/// <summary>The topic settings that a partition's log follows; replaced whole when the topic is altered.</summary>
internal sealed record LogSettings(
    bool Compact, bool Delete, long RetentionMs, long RetentionBytes, long SegmentBytes, long SegmentMs, int MaxMessageBytes, bool LogAppendTime, long DeleteRetentionMs);
