using System.Buffers.Binary;
using System.IO.Compression;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Tests.Server;

/// <summary>Frames that no client would send: absurd ones, which are answered; held ones; and those that break the protocol.</summary>
internal sealed class HostileFrames(Random random)
{
    public const string Topic = "hostile";

    private const short Latest = short.MaxValue;

    private static readonly SupportedApi[] Apis = [.. SupportedApi.All];
    private static readonly byte[] Bomb = MakeBomb(300);

    /// <summary>A batch of some hundred kilobytes that would be so many megabytes.</summary>
    public static byte[] MakeBomb(int megabytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < megabytes; i++)
            {
                gzip.Write(zeros);
            }
        }

        return Sealed((short)CompressionCodec.Gzip, packed.ToArray());
    }

    /// <summary>Whole in its form, senseless in what it says: an answer comes, most often an error.</summary>
    public byte[] Absurd() => random.Next(2_000) switch
    {
        0 => Produce(Bomb),
        1 => ListOffsets(random.NextInt64(2_000)),
        _ => random.Next(14) switch
        {
            0 => Produce(Noise(200)),
            1 => Produce(Sealed((short)random.Next(16), Noise(200))),
            2 => Fetch(0, random.Next(-5, 5)),
            3 => ListOffsets(-random.NextInt64(1, 10)),
            4 => Request(ApiKey.Metadata, 4, w =>
            {
                w.Array([Name(), Name(), "", "."], (t, name) => t.String(name));
                w.Bool(false);
            }),
            5 => Request(ApiKey.OffsetCommit, 7, w =>
            {
                Member(w);
                Partitions(w, p =>
                {
                    p.Int64(random.NextInt64());
                    p.Int32(random.Next());
                    p.String(Name());
                });
            }),
            6 => Request(ApiKey.OffsetFetch, 5, w =>
            {
                w.String(Name());
                Partitions(w, _ => { });
            }),
            7 => Request(ApiKey.Heartbeat, 3, Member),
            8 => Request(ApiKey.SyncGroup, 3, w =>
            {
                Member(w);
                w.Array([Name()], (a, name) =>
                {
                    a.String(name);
                    a.Bytes(Noise(50));
                });
            }),
            9 => Request(ApiKey.InitProducerId, 1, w =>
            {
                w.String(random.Next(2) == 0 ? "" : Name());
                w.Int32(-random.Next());
            }),
            10 => Request(ApiKey.EndTxn, 1, w =>
            {
                w.String(Name());
                w.Int64(random.NextInt64());
                w.Int16((short)random.Next());
                w.Byte((byte)random.Next());
            }),
            11 => Request(ApiKey.CreateTopics, 4, w =>
            {
                w.Array([$"/{Name()}", $"../{Name()}", new string('n', 300)], (t, name) =>
                {
                    t.String(name);
                    t.Int32(random.Next());
                    t.Int16(1);
                    t.Array<int>([], (_, _) => { });
                    t.Array<int>([], (_, _) => { });
                });
                w.Int32(1);
                w.Bool(false);
            }),
            12 => Request(ApiKey.DescribeConfigs, 1, w =>
            {
                w.Array([Name()], (r, name) =>
                {
                    r.Byte((byte)random.Next());
                    r.String(name);
                    r.NullArray();
                });
                w.Bool(true);
            }),
            _ => Request(ApiKey.ApiVersions, Latest, _ => { }),
        },
    };

    /// <summary>Kept open by the broker for as long as its client says, were the client not to leave.</summary>
    public byte[] Held() => random.Next(2) == 0
        ? Fetch(int.MaxValue, int.MaxValue)
        : Request(ApiKey.JoinGroup, 5, w =>
        {
            w.String("held");
            w.Int32(60_000);
            w.Int32(int.MaxValue);
            w.String("");
            w.String(Name());
            w.String("consumer");
            w.Array(["range"], (p, name) =>
            {
                p.String(name);
                p.Bytes(Noise(20));
            });
        });

    /// <summary>Ends its connection: wrong lengths, cut or foreign requests, or nothing that makes sense.</summary>
    public byte[] Broken() => random.Next(5) switch
    {
        0 => Relength(Noise(300, 8), random.Next(1 << 26, int.MaxValue)),
        1 => Relength(Anything(), -random.Next()),
        2 => Relength(Anything(), random.Next(8)),
        3 => Anything()[..random.Next(1, 8)],
        _ => Relength(Anything(), random.Next(8, 100)),
    };

    public static byte[] Request(ApiKey key, short version, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.Int16((short)key);
        writer.Int16(version);
        writer.Int32(7);
        writer.String("flood");
        body(writer);
        return writer.Frame.ToArray();
    }

    /// <summary>A sound header of any kind of request, in versions that are served and not, and anything behind it.</summary>
    private byte[] Anything()
    {
        var api = Apis[random.Next(Apis.Length)];
        return Request(api.Key, (short)random.Next(-1, 14), w =>
        {
            foreach (var one in Noise(200))
            {
                w.Byte(one);
            }
        });
    }

    private static byte[] Produce(byte[] batch) => Request(ApiKey.Produce, 8, w =>
    {
        w.String(null);
        w.Int16(-1);
        w.Int32(10_000);
        w.Array([Topic], (t, name) =>
        {
            t.String(name);
            t.Array([0], (p, partition) =>
            {
                p.Int32(partition);
                p.Bytes(batch);
            });
        });
    });

    private byte[] Fetch(int maxWait, int minBytes) => Request(ApiKey.Fetch, 4, w =>
    {
        w.Int32(-1);
        w.Int32(maxWait);
        w.Int32(minBytes);
        w.Int32(random.Next(-10, 100));
        w.Byte((byte)random.Next());
        Partitions(w, p =>
        {
            // A held one must ask for what is there, or the error would answer it.
            p.Int64(maxWait > 0 ? 0 : random.NextInt64(-2, 100));
            p.Int32(maxWait > 0 ? 0 : random.Next(-10, 100));
        }, maxWait > 0 ? 0 : random.Next(-1, 3));
    });

    private static byte[] ListOffsets(long timestamp) => Request(ApiKey.ListOffsets, 1, w =>
    {
        w.Int32(-1);
        Partitions(w, p => p.Int64(timestamp), 0);
    });

    private static void Partitions(WireWriter writer, Action<WireWriter> more, int partition = 0) => writer.Array([Topic], (t, name) =>
    {
        t.String(name);
        t.Array([partition], (p, one) =>
        {
            p.Int32(one);
            more(p);
        });
    });

    private void Member(WireWriter writer)
    {
        writer.String(Name());
        writer.Int32(random.Next());
        writer.String(Name());
        writer.String(null);
    }

    private string Name() => $"n{random.Next(50)}";

    private byte[] Noise(int most, int least = 1)
    {
        var bytes = new byte[random.Next(least, most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Sealed(short attributes, byte[] records)
    {
        var batch = new byte[BatchHeader.Bytes + records.Length];
        records.CopyTo(batch, BatchHeader.Bytes);
        RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, attributes, 0, 1_000, 2_000, -1, -1, -1, 1));
        return batch;
    }

    private static byte[] Relength(byte[] frame, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        return frame;
    }
}
