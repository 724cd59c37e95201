using System.Buffers.Binary;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using CsCheck;
using Vigil.Broker.Protocol;
using WireError = Vigil.Broker.Protocol.ErrorCode;

namespace Vigil.Broker.Tests.Server;

/// <summary>Whatever a client sends harms nobody but itself.</summary>
public sealed class MalformedFrameTests
{
    private static readonly ApiKey[] Keys = [.. SupportedApi.All.Select(api => api.Key)];

    /// <summary>A sound header of some request, then anything.</summary>
    private static readonly Gen<byte[]> Frames = Gen.Select(
        Gen.Int[0, Keys.Length - 1].Select(index => Keys[index]), Gen.Short[-1, 13], Gen.Byte.Array[0, 200], Gen.Int[0, 3],
        (key, version, body, form) =>
        {
            using var writer = new WireWriter();
            writer.Int16(form == 0 ? (short)(version * 37) : (short)key);
            writer.Int16(version);
            writer.Int32(7);
            writer.String("fuzz");
            var head = writer.Frame.ToArray();
            byte[] frame = [.. head, .. body];
            var length = form switch
            {
                1 => frame.Length + 1_000, // more than will come
                2 when body.Length > 150 => int.MaxValue - body[0],
                3 when body.Length > 150 => -body[0],
                _ => frame.Length - 4,
            };
            BinaryPrimitives.WriteInt32BigEndian(frame, length);
            return frame;
        });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_SendingAnything_DisturbNobodyElse()
    {
        await using var broker = DevelopmentBroker.Start();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "topic", NumPartitions = 1, ReplicationFactor = 1 }]);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.Bootstrap, LingerMs = 0 }).Build();
        var written = 0;

        await Frames.Array[1, 4].SampleAsync(
            async frames =>
            {
                using (var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation))
                {
                    await SendAllAsync(client, frames);
                    await client.DrainAsync();
                }

                if (Interlocked.Increment(ref written) % 20 == 0)
                {
                    await producer.ProduceAsync("topic", new Message<Null, string> { Value = "sound" }, Cancellation);
                }
            },
            iter: 1_200,
            threads: 4);

        var description = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(["topic"]));
        Assert.Single(description.TopicDescriptions);
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
        Assert.Equal(written / 20, await EndAsync(admin));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'G', (byte)'E', (byte)'T', (byte)' ', (byte)'/', (byte)' ', (byte)'H', (byte)'T', (byte)'T', (byte)'P' })]
    [InlineData(new byte[] { 0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 1, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0, 3, 0, 1, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 10, 0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff })]
    [InlineData(new byte[] { 0, 0, 0, 10, 0x03, 0xe7, 0, 0, 0, 0, 0, 1, 0xff, 0xff })]
    [InlineData(new byte[] { 0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff })]
    public async Task Connection_ThatBreaksTheProtocol_IsClosedWithoutAnAnswer(byte[] bytes)
    {
        await using var broker = DevelopmentBroker.Start();
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);

        await client.SendAsync(bytes);

        await Assert.ThrowsAnyAsync<Exception>(client.ReceiveAsync);
    }

    [Fact]
    public async Task ApiVersions_OfAnUnknownVersion_IsAnsweredInTheFirst()
    {
        await using var broker = DevelopmentBroker.Start();
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);

        await client.SendAsync(new byte[] { 0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 5, 0xff, 0xff });

        var reply = new WireReader(await client.ReceiveAsync());
        Assert.Equal(5, reply.Int32());
        Assert.Equal(WireError.UnsupportedVersion, (WireError)reply.Int16());
        Assert.NotEmpty(reply.Array(r => (r.Int16(), r.Int16(), r.Int16())));
    }

    [Fact]
    public async Task Connections_OverTheLimit_AreClosed()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { MaxConnections = 2 });
        using var first = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
        using var second = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
        await first.InitProducerIdAsync(null);
        await second.InitProducerIdAsync(null);
        using var third = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);

        await Assert.ThrowsAnyAsync<Exception>(() => third.InitProducerIdAsync(null));
        await first.InitProducerIdAsync(null);
    }

    [Fact]
    public async Task Connections_HeldByRequestsOfClientsThatLeft_AreFreed()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { MaxConnections = 4 });
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "topic", NumPartitions = 1, ReplicationFactor = 1 }]);
        for (var i = 0; i < 20; i++)
        {
            // Asks for a byte that never comes, with all the patience there is, and leaves.
            using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
            try
            {
                await client.InitProducerIdAsync(null);
            }
            catch (Exception refused) when (refused is System.Net.Sockets.SocketException or IOException)
            {
                continue;
            }

            _ = client.FetchAsync("topic", 0, TimeSpan.FromMilliseconds(int.MaxValue));
        }

        await RetryAsync(async () =>
        {
            using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
            await client.InitProducerIdAsync(null);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task Connections_OfClientsThatLeaveBehindAHeldRequest_AreFreed(int behind)
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { MaxConnections = 4 });
        for (var i = 0; i < 20; i++)
        {
            // What lies behind the request that is held must not hide that its client is gone.
            await RetryAsync(async () =>
            {
                using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
                await client.InitProducerIdAsync(null);
                await client.SendAsync(HeldFetch(int.MaxValue));
                for (var more = 0; more < behind; more++)
                {
                    await client.SendAsync(Metadata("n"));
                }
            });
        }

        await RetryAsync(async () =>
        {
            using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
            await client.InitProducerIdAsync(null);
        });
    }

    [Theory]
    [InlineData(3, 10)]
    [InlineData(40, 4_000)] // more than is read ahead
    public async Task Requests_BehindAHeldOne_AreAnsweredAfterItInTheirOrder(int count, int length)
    {
        await using var broker = DevelopmentBroker.Start();
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);
        var names = Enumerable.Range(0, count).Select(i => $"{i}-{new string('n', length)}").ToList();

        await client.SendAsync(HeldFetch(200));
        foreach (var name in names)
        {
            await client.SendAsync(Metadata(name));
        }

        Assert.Equal(7, new WireReader(await client.ReceiveAsync()).Int32());
        foreach (var name in names)
        {
            // Topic names of Metadata version 1 stand behind brokers and controller.
            Assert.Contains(name, System.Text.Encoding.UTF8.GetString(await client.ReceiveAsync()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ListOffsets_OfAPartitionNamedTwice_SearchesItOnce()
    {
        // A search by time can cost the expansion of a batch, and a request may name a partition 100,000 times.
        await using var broker = DevelopmentBroker.Start();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "topic", NumPartitions = 1, ReplicationFactor = 1 }]);
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);

        var reply = await client.CallAsync(ApiKey.ListOffsets, 1, w =>
        {
            w.Int32(-1);
            w.Array(["topic"], (t, name) =>
            {
                t.String(name);
                t.Array([0, 0, 0], (p, partition) =>
                {
                    p.Int32(partition);
                    p.Int64(1);
                });
            });
        });

        var errors = ByTopic<WireError>.ReadAll(reply, r =>
        {
            r.Int32();
            var error = (WireError)r.Int16();
            r.Int64();
            r.Int64();
            return error;
        })[0].Partitions;
        Assert.Equal([WireError.None, WireError.InvalidRequest, WireError.InvalidRequest], errors);
    }

    [Theory]
    [InlineData(16 << 10, true)]
    [InlineData((16 << 10) + 1, false)]
    public async Task Names_OfMoreThanRepliesCanCarry_AreMalformed(int length, bool served)
    {
        // Ids are made of a client's name, and others are shown them.
        await using var broker = DevelopmentBroker.Start();
        using var client = await RawClient.ConnectAsync(broker.Bootstrap, Cancellation);

        await client.SendAsync(Metadata(new string('g', length)));

        if (served)
        {
            Assert.NotEmpty(await client.ReceiveAsync());
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(client.ReceiveAsync);
        }
    }

    private static byte[] HeldFetch(int waitMs) => HostileFrames.Request(ApiKey.Fetch, 4, w =>
    {
        w.Int32(-1);
        w.Int32(waitMs);
        w.Int32(1);
        w.Int32(1);
        w.Byte(0);
        w.Array<string>([], (_, _) => { });
    });

    private static byte[] Metadata(string topic) => HostileFrames.Request(ApiKey.Metadata, 1, w => w.Array([topic], (t, name) => t.String(name)));

    // A connection is freed some moments after its client has left.
    private static async Task RetryAsync(Func<Task> ask)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception refused) when (refused is System.Net.Sockets.SocketException or IOException && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(50, Cancellation);
            }
        }
    }

    /// <summary>The broker may have closed after an earlier frame.</summary>
    private static async Task SendAllAsync(RawClient client, byte[][] frames)
    {
        try
        {
            foreach (var frame in frames)
            {
                await client.SendAsync(frame);
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
        }
    }

    private static async Task<long> EndAsync(IAdminClient admin)
    {
        var listed = await admin.ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition("topic", 0), OffsetSpec = OffsetSpec.Latest() }]);
        return listed.ResultInfos[0].TopicPartitionOffsetError.Offset.Value;
    }
}
