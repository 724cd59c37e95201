using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Tests.Server;

/// <summary>A hundred thousand frames that no client would send, and beside them one that goes on with its work.</summary>
public sealed class MalformedFloodTests
{
    private const int Frames = 100_000;
    private const int Attackers = 4;
    private const int Seed = 20261129;
    private const string Topic = "topic";
    private const string Hostile = "hostile";

    /// <summary>What a busy broker takes, and room for what is being read: no attacker may add to it.</summary>
    private const long MostMemory = 700L << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly ApiKey[] Keys = [.. SupportedApi.All.Select(api => api.Key)];
    private static readonly byte[] Bomb = MakeBomb();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Broker_FloodedWithMalformedFrames_GoesOnServingAGoodClient()
    {
        using var folder = new TemporaryFolder();
        using var broker = await BrokerProcess.StartAsync(folder.Path, Token);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build())
        {
            await admin.CreateTopicsAsync([Of(Topic), Of(Hostile)]);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var good = WorkAsync(broker.Bootstrap, stop.Token);
        var sent = await Task.WhenAll(Enumerable.Range(0, Attackers).Select(attacker => AttackAsync(broker, new Random(Seed + attacker), Frames / Attackers)));
        await stop.CancelAsync();
        var written = await good.WaitAsync(Patience, Token);

        Assert.True(sent.Sum() >= Frames);
        Assert.False(broker.HasExited);
        Assert.True(written > 50, $"{written} records written beside the flood");
        Assert.Equal(Enumerable.Range(0, written), ReadAll(broker.Bootstrap));
        await broker.KillAsync(Token);
    }

    private static TopicSpecification Of(string topic) => new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 };

    private static async Task<int> WorkAsync(string bootstrap, CancellationToken stopping)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap, EnableIdempotence = true, LingerMs = 0 }).Build();
        var written = 0;
        while (!stopping.IsCancellationRequested)
        {
            await producer.ProduceAsync(Topic, new() { Value = $"{written}" }, Token);
            written++;
            await Task.Delay(20, Token);
        }

        return written;
    }

    private static List<int> ReadAll(string bootstrap)
    {
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "reader", EnablePartitionEof = true, EnableAutoCommit = false }).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        List<int> values = [];
        while ((consumer.Consume(Patience) ?? throw new TimeoutException("The topic was not read to its end.")) is { IsPartitionEOF: false } record)
        {
            values.Add(int.Parse(record.Message.Value, System.Globalization.CultureInfo.InvariantCulture));
        }

        return values;
    }

    private static async Task<int> AttackAsync(BrokerProcess broker, Random random, int frames)
    {
        var buffer = new byte[64 << 10];
        var sent = 0;
        while (sent < frames)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(IPEndPoint.Parse(broker.Bootstrap), Token);
            try
            {
                // The first frame that breaks the protocol ends its connection, so few go through each.
                for (var left = random.Next(1, 4); left > 0; left--)
                {
                    sent++;
                    await socket.SendAsync(Frame(random), Token);
                }

                socket.Shutdown(SocketShutdown.Send);
                while (await socket.ReceiveAsync(buffer, Token) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // Closed by the broker: the next connection takes it up.
            }

            Assert.InRange(broker.ResidentBytes, 1, MostMemory);
        }

        return sent;
    }

    private static byte[] Frame(Random random) => random.Next(1_000) switch
    {
        < 2 => Produce(Bomb),
        < 4 => Request(ApiKey.ListOffsets, 1, w =>
        {
            w.Int32(-1);
            w.Array([Hostile], (t, name) =>
            {
                t.String(name);
                t.Array([0], (p, partition) =>
                {
                    p.Int32(partition);
                    p.Int64(random.NextInt64(2_000));
                });
            });
        }),
        < 100 => Random(random),
        < 150 => Relength(Body(random), random.Next()),
        < 200 => Relength(Body(random), -random.Next()),
        < 300 => Relength(Body(random), random.Next(100)),
        < 400 => Body(random)[..random.Next(1, 8)],
        _ => Body(random),
    };

    private static byte[] Random(Random random)
    {
        var bytes = new byte[random.Next(1, 300)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A sound header of every kind of request, in versions that are served and not, and anything behind it.</summary>
    private static byte[] Body(Random random)
    {
        var key = Keys[random.Next(Keys.Length)];
        var body = Random(random);
        if (random.Next(3) == 0)
        {
            // Small counts and lengths come further than random ones.
            for (var i = 0; i < body.Length; i++)
            {
                body[i] = (byte)(random.Next(4) == 0 ? random.Next(5) : 0);
            }
        }

        return Request(key, (short)random.Next(-1, 14), w =>
        {
            foreach (var one in body)
            {
                w.Byte(one);
            }
        });
    }

    private static byte[] Request(ApiKey key, short version, Action<WireWriter> body)
    {
        using var writer = new WireWriter();
        writer.Int16((short)key);
        writer.Int16(version);
        writer.Int32(7);
        writer.String("flood");
        body(writer);
        return writer.Frame.ToArray();
    }

    private static byte[] Relength(byte[] frame, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        return frame;
    }

    private static byte[] Produce(byte[] batch) => Request(ApiKey.Produce, 8, w =>
    {
        w.String(null);
        w.Int16(-1);
        w.Int32(10_000);
        w.Array([Hostile], (t, name) =>
        {
            t.String(name);
            t.Array([0], (p, partition) =>
            {
                p.Int32(partition);
                p.Bytes(batch);
            });
        });
    });

    /// <summary>A batch of some hundred kilobytes that would be some hundred megabytes.</summary>
    private static byte[] MakeBomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 300; i++)
            {
                gzip.Write(zeros);
            }
        }

        var batch = new byte[BatchHeader.Bytes + packed.Length];
        packed.ToArray().CopyTo(batch, BatchHeader.Bytes);
        RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, (short)CompressionCodec.Gzip, 0, 1_000, 2_000, -1, -1, -1, 1));
        return batch;
    }
}
