using System.Buffers.Binary;
using System.Buffers.Text;
using Confluent.Kafka;

namespace Vigil.Ingest;

/// <summary>Topic ids as our records and Kafka's own tools write them.</summary>
public static class TopicIds
{
    /// <returns>Base64url without padding; the client's own text is plain base64.</returns>
    public static string Text(Uuid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], id.LeastSignificantBits);
        return Base64Url.EncodeToString(bytes);
    }
}
