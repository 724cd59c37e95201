using System.Buffers;
using Vigil.Contracts;

namespace Vigil.Ingest;

/// <summary>SHA-256 of a record's value and of how it is read (JSON or protobuf).</summary>
internal static class PayloadDigest
{
    public static Sha256Digest Of(ReadOnlySpan<byte> value, bool json)
    {
        // Copied behind its first byte and hashed at once: a hash that is fed piece by piece costs more than it computes.
        var block = ArrayPool<byte>.Shared.Rent(value.Length + 1);
        block[0] = json ? (byte)1 : (byte)0;
        value.CopyTo(block.AsSpan(1));
        var digest = Sha256Digest.Of(block.AsSpan(0, value.Length + 1));
        ArrayPool<byte>.Shared.Return(block);
        return digest;
    }
}
