using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Vigil.Ingest;

/// <summary>SHA-256 of a record's value and of how it is read (JSON or protobuf), as a value that costs no allocation to keep.</summary>
public readonly record struct PayloadDigest(UInt128 High, UInt128 Low)
{
    public static PayloadDigest Of(ReadOnlySpan<byte> value, bool json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([json ? (byte)1 : (byte)0]);
        hash.AppendData(value);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        var halves = MemoryMarshal.Cast<byte, UInt128>(digest);
        return new(halves[0], halves[1]);
    }
}
