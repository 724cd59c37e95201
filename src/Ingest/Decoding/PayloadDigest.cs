using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Vigil.Ingest;

/// <summary>SHA-256 of a record's value and of how it is read (JSON or protobuf), as a value that costs no allocation to keep.</summary>
public readonly record struct PayloadDigest(UInt128 High, UInt128 Low)
{
    public static PayloadDigest Of(ReadOnlySpan<byte> value, bool json)
    {
        // Copied behind its first byte and hashed at once: a hash that is fed piece by piece costs more than it computes.
        var block = ArrayPool<byte>.Shared.Rent(value.Length + 1);
        block[0] = json ? (byte)1 : (byte)0;
        value.CopyTo(block.AsSpan(1));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(block.AsSpan(0, value.Length + 1), digest);
        ArrayPool<byte>.Shared.Return(block);
        var halves = MemoryMarshal.Cast<byte, UInt128>(digest);
        return new(halves[0], halves[1]);
    }
}
