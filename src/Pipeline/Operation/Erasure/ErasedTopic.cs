namespace Vigil.Pipeline.Operation.Erasure;

/// <summary>What a topic still holds of an erased item, and until when.</summary>
/// <param name="Holds">What of the item its records carry.</param>
/// <param name="Records">Found there; null: not looked for.</param>
/// <param name="Until">When the last of it is gone at the latest; null: <paramref name="IsCompacted"/>, or never.</param>
/// <param name="IsCompacted">It keeps what was removed until it is compacted.</param>
internal sealed record ErasedTopic(string Topic, string Holds, long? Records, DateTimeOffset? Until, bool IsCompacted);
