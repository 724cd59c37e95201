using System.Buffers.Binary;

namespace Vigil.Chaos.Tests;

/// <summary>Counts aborted transactions in a broker's log files, in Kafka's own record batch format (magic 2).</summary>
internal static class AbortMarkers
{
    private const int LengthAt = 8;
    private const int AttributesAt = 21;
    private const int ProducerIdAt = 43;
    private const int EpochAt = 51;
    private const int RecordsAt = 61;
    private const int ControlBatch = 0x20;
    private const short Abort = 0;

    /// <summary>Transactions (producer and epoch, apart by the offset of their first marker) with an abort marker under the folder.</summary>
    public static int Count(string folder)
    {
        var aborted = new HashSet<(long Producer, short Epoch)>();
        foreach (var file in Directory.GetFiles(folder, "*.log", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            for (var at = 0; at + RecordsAt < bytes.Length;)
            {
                var batch = bytes.AsSpan(at);
                if ((BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]) & ControlBatch) != 0 && Type(batch[RecordsAt..]) == Abort)
                {
                    aborted.Add((BinaryPrimitives.ReadInt64BigEndian(batch[ProducerIdAt..]), BinaryPrimitives.ReadInt16BigEndian(batch[EpochAt..])));
                }

                at += LengthAt + sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(batch[LengthAt..]);
            }
        }

        return aborted.Count;
    }

    // Record: length, attributes, timestamp delta, offset delta, key length; the key is version and type, 16 bits each.
    private static short Type(ReadOnlySpan<byte> record)
    {
        var at = 0;
        SkipVarint(record, ref at);
        at++;
        SkipVarint(record, ref at);
        SkipVarint(record, ref at);
        SkipVarint(record, ref at);
        return BinaryPrimitives.ReadInt16BigEndian(record[(at + sizeof(short))..]);
    }

    private static void SkipVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        while ((bytes[at++] & 0x80) != 0)
        {
        }
    }
}
