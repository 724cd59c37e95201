using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;

namespace Vigil.Recall;

/// <summary>Reads and checks the values of <c>bank-index</c>. A record that cannot be used is refused with a reason, alone.</summary>
/// <param name="embedder">Hash of the encoder that makes the queries; vectors of another cannot be compared with them.</param>
internal sealed class IndexedEntryReader(string embedder, int dimension)
{
    /// <summary>Vectors of one entry at most.</summary>
    public const int MaxVectors = 16;

    private static readonly long MaxTimeMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static class Refusal
    {
        public const string Undecodable = "undecodable";
        public const string KeyMismatch = "key_mismatch";
        public const string Side = "side";
        public const string Policies = "policies";
        public const string Vector = "vector";
        public const string Hash = "hash";
        public const string Nothing = "nothing_to_match";
        public const string Embedder = "embedder";
    }

    /// <returns>The entry; null with a reason; or, with its hashes alone, an entry of another embedder and that reason.</returns>
    public (StoredEntry? Entry, string? Refusal) Read(string id, byte[] value)
    {
        IndexedEntry wire;
        try
        {
            wire = IndexedEntry.Parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            return (null, Refusal.Undecodable);
        }

        if (wire.Id != id)
        {
            return (null, Refusal.KeyMismatch);
        }

        if (wire.Side is not (Contracts.Wire.Side.Violation or Contracts.Wire.Side.Benign))
        {
            return (null, Refusal.Side);
        }

        if (wire.Policies.Count == 0 || wire.Policies.Any(string.IsNullOrWhiteSpace))
        {
            return (null, Refusal.Policies);
        }

        return ReadContent(wire, value);
    }

    private (StoredEntry? Entry, string? Refusal) ReadContent(IndexedEntry wire, byte[] value)
    {
        var foreign = wire.Vectors.Count > 0 && wire.Embedder != embedder;
        StoredVector?[] vectors = foreign ? [] : [.. wire.Vectors.Select(vector => StoredVector.Read(vector, dimension))];
        HashKey?[] hashes = [.. wire.Hashes.Select(ReadHash)];
        if (vectors.Length > MaxVectors || vectors.Contains(null))
        {
            return (null, Refusal.Vector);
        }

        if (hashes.Contains(null))
        {
            return (null, Refusal.Hash);
        }

        if (!foreign && vectors.Length == 0 && hashes.Length == 0)
        {
            return (null, Refusal.Nothing);
        }

        var side = (Side)wire.Side;
        var cell = CellKey.Of(side, wire.Policies);
        var entry = new StoredEntry(
            new BankEntryInfo(wire.Id, side, cell.Policies(), wire.Severity, wire.Source),
            cell,
            [.. vectors.Select(vector => vector!)],
            [.. hashes.Select(hash => hash!.Value).Distinct()],
            Fingerprint(value),
            wire.SourceTimeMs > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(wire.SourceTimeMs, MaxTimeMs)) : null);
        return (entry, foreign ? Refusal.Embedder : null);
    }

    private static HashKey? ReadHash(ContentHash hash) => hash.Algorithm switch
    {
        ContentHash.Types.Algorithm.Sha256 => HashKey.Of(sha256: true, hash.Value.Span),
        ContentHash.Types.Algorithm.Md5 => HashKey.Of(sha256: false, hash.Value.Span),
        _ => null,
    };

    private static UInt128 Fingerprint(byte[] value)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
