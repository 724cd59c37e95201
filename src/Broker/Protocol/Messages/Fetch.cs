using System.Buffers;

namespace Vigil.Broker.Protocol.Messages;

internal readonly record struct FetchPartition(int Partition, long Offset, int MaxBytes);

internal sealed record FetchRequest(int MaxWaitMs, int MinBytes, int MaxBytes, bool ReadCommitted, List<ByTopic<FetchPartition>> Topics)
{
    public static FetchRequest Read(WireReader reader, short version)
    {
        reader.Int32(); // replica id
        var maxWait = reader.Int32();
        var minBytes = reader.Int32();
        var maxBytes = reader.Int32();
        var readCommitted = reader.Byte() == 1;
        if (version >= 7)
        {
            // Session id and epoch: sessions are refused by answering session 0, and clients then name every partition each time.
            reader.Int32();
            reader.Int32();
        }

        return new(maxWait, minBytes, maxBytes, readCommitted, ByTopic<FetchPartition>.ReadAll(reader, r => ReadPartition(r, version)));
    }

    private static FetchPartition ReadPartition(WireReader reader, short version)
    {
        var partition = reader.Int32();
        if (version >= 9)
        {
            reader.Int32(); // leader epoch: always 0 here
        }

        var offset = reader.Int64();
        if (version >= 5)
        {
            reader.Int64(); // a follower's log start
        }

        return new(partition, offset, reader.Int32());
    }
}

internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset);

/// <param name="Records">A buffer rented from the shared pool, or null; <see cref="FetchReply.Dispose"/> gives it back.</param>
internal readonly record struct FetchedPartition(
    int Partition, ErrorCode Error, long HighWatermark, long LastStable, long LogStart, IReadOnlyList<AbortedTransaction>? Aborted, byte[]? Records, int Length);

internal sealed record FetchReply(List<ByTopic<FetchedPartition>> Topics) : IReply, IDisposable
{
    public void Write(WireWriter writer, short version)
    {
        writer.NoThrottle();
        if (version >= 7)
        {
            writer.Error(ErrorCode.None);
            writer.Int32(0);
        }

        ByTopic<FetchedPartition>.WriteAll(writer, Topics, (w, partition) => WritePartition(w, partition, version));
    }

    public void Dispose()
    {
        foreach (var partition in Topics.SelectMany(topic => topic.Partitions))
        {
            if (partition.Records is { } records)
            {
                ArrayPool<byte>.Shared.Return(records);
            }
        }

        Topics.Clear();
    }

    private static void WritePartition(WireWriter writer, FetchedPartition partition, short version)
    {
        writer.Int32(partition.Partition);
        writer.Error(partition.Error);
        writer.Int64(partition.HighWatermark);
        writer.Int64(partition.LastStable);
        if (version >= 5)
        {
            writer.Int64(partition.LogStart);
        }

        if (partition.Aborted is { } aborted)
        {
            writer.Array(aborted, (w, transaction) =>
            {
                w.Int64(transaction.ProducerId);
                w.Int64(transaction.FirstOffset);
            });
        }
        else
        {
            writer.NullArray();
        }

        if (version >= 11)
        {
            writer.Int32(-1); // preferred read replica
        }

        writer.Bytes(partition.Records.AsSpan(0, partition.Length));
    }
}
