using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Vigil.Contracts;

/// <summary>A SHA-256 as a value that costs no allocation to keep. All zero stands for none.</summary>
public readonly record struct Sha256Digest
{
    public const int Size = SHA256.HashSizeInBytes;

    private readonly UInt128 _first;
    private readonly UInt128 _second;

    private Sha256Digest(ReadOnlySpan<byte> digest)
    {
        var halves = MemoryMarshal.Cast<byte, UInt128>(digest);
        (_first, _second) = (halves[0], halves[1]);
    }

    public static Sha256Digest None => default;

    public bool IsNone => this == None;

    /// <summary>The digest of some data.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(data, digest);
        return new(digest);
    }

    /// <summary>The digest whose bytes these are; of another length than <see cref="Size"/> they are none.</summary>
    public static Sha256Digest Read(ReadOnlySpan<byte> digest) => digest.Length == Size ? new(digest) : None;

    /// <returns>Size, or 0 for none: bytes written.</returns>
    public int Write(Span<byte> target)
    {
        if (IsNone)
        {
            return 0;
        }

        var halves = MemoryMarshal.Cast<byte, UInt128>(target[..Size]);
        (halves[0], halves[1]) = (_first, _second);
        return Size;
    }

    /// <summary>Lower-case hexadecimal, 64 characters; empty for none.</summary>
    public override string ToString()
    {
        Span<byte> digest = stackalloc byte[Size];
        return Convert.ToHexStringLower(digest[..Write(digest)]);
    }
}
