namespace Vigil.Contracts;

/// <summary>Where a content record stands in Kafka.</summary>
/// <param name="TopicId">Kafka's UUID of the topic in base64url, so that a re-created topic is another one.</param>
/// <param name="Time">The broker's LogAppendTime.</param>
public readonly record struct SourceRecord(string TopicId, int Partition, long Offset, DateTimeOffset Time);
