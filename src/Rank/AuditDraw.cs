using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Vigil.Rank;

/// <summary>Draws a share of ids by a keyed hash: an id that is drawn stays drawn when its content is edited.</summary>
internal sealed class AuditDraw(double share, string key)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    public double Share => share;

    public bool IsDrawn(string id)
    {
        if (share <= 0)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> bytes = stackalloc byte[512];
        bytes = Encoding.UTF8.TryGetBytes(id, bytes, out var length) ? bytes[..length] : Encoding.UTF8.GetBytes(id);
        HMACSHA256.HashData(_key, bytes, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash) < share * Math.ScaleB(1, 64);
    }
}
