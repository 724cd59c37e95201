namespace Vigil.Contracts;

/// <summary>A version of a content id: the publisher's revision and the <see cref="ContentDigest"/>.</summary>
/// <param name="Digest">None for a deletion without a value.</param>
public readonly record struct ContentVersion(long Revision, Sha256Digest Digest);
