using Vigil.Contracts;

namespace Vigil.Recall;

/// <summary>The entries that are searched together: one side and exactly these policies.</summary>
/// <param name="PolicySet">Policy ids in ordinal order, each once, joined by a line feed.</param>
internal readonly record struct CellKey(Side Side, string PolicySet)
{
    public static CellKey Of(Side side, IEnumerable<string> policies) =>
        new(side, string.Join('\n', policies.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)));

    public string[] Policies() => PolicySet.Split('\n');
}

/// <summary>A hash of an exemplar. MD5 fills the first half; the algorithm keeps the two apart.</summary>
internal readonly record struct HashKey(bool Sha256, UInt128 First, UInt128 Second)
{
    private const int HalfLength = 16;

    /// <summary>Null where the length is not the algorithm's.</summary>
    public static HashKey? Of(bool sha256, ReadOnlySpan<byte> hash) => hash.Length != (sha256 ? 2 * HalfLength : HalfLength)
        ? null
        : new(sha256, Half(hash), sha256 ? Half(hash[HalfLength..]) : 0);

    private static UInt128 Half(ReadOnlySpan<byte> hash) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
}

/// <summary>An entry of <c>bank-index</c>, read and checked.</summary>
/// <param name="Vectors">None for an image, or where the embedder is another one.</param>
/// <param name="Fingerprint">Of the record's bytes, for the bank's version.</param>
/// <param name="SourceTime">When it was put on <c>bank</c>; null where the record does not say.</param>
internal sealed record StoredEntry(
    BankEntryInfo Info,
    CellKey Cell,
    StoredVector[] Vectors,
    HashKey[] Hashes,
    UInt128 Fingerprint,
    DateTimeOffset? SourceTime);
