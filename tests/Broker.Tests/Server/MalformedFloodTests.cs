using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Vigil.Broker.Tests.Server;

/// <summary>A hundred thousand frames that no client would send, and beside them one that goes on with its work.</summary>
public sealed class MalformedFloodTests
{
    private const int Frames = 100_000;
    private const int FramesPerConnection = 20;
    private const int Attackers = 4;
    private const int Seed = 20261129;
    private const string Topic = "topic";

    /// <summary>What a busy broker takes, and room for what is being read: no attacker may add to it.</summary>
    // Every attacker may have a batch grow to its 64 MiB, again before the collector comes: 1.6 GB were seen. A claimed length
    // taken at its word is 2 GiB for each.
    private const long MostMemory = 4L << 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Broker_FloodedWithMalformedFrames_GoesOnServingAGoodClient()
    {
        using var folder = new TemporaryFolder();
        using var broker = await BrokerProcess.StartAsync(folder.Path, Token);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build())
        {
            await admin.CreateTopicsAsync([Of(Topic), Of(HostileFrames.Topic)]);
        }

        using var overall = CancellationTokenSource.CreateLinkedTokenSource(Token);
        overall.CancelAfter(Patience);
        using var flooded = new CancellationTokenSource();
        var good = new GoodClient(broker.Bootstrap, Topic);
        var attackers = Enumerable.Range(0, Attackers).Select(attacker => new Attacker(broker, Seed + attacker, Frames / Attackers)).ToList();
        try
        {
            var working = good.RunAsync(flooded.Token, overall.Token);
            var attack = Task.WhenAll(attackers.Select(attacker => attacker.RunAsync(overall.Token)));
            await Task.WhenAny(attack, working);
            await flooded.CancelAsync();
            await Task.WhenAll(attack, working);
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            Assert.Fail($"The flood did not end within {Patience.TotalSeconds} s: {attackers.Sum(one => one.Sent)} of {Frames} frames were sent, {good.Read} of {good.Written} good records read.");
        }

        Assert.False(broker.HasExited);
        Assert.True(attackers.Sum(one => one.Sent) >= Frames);
        // All but the last of each connection went the whole way through the broker, and were answered.
        Assert.Equal(attackers.Sum(one => one.Sent - one.Connections), attackers.Sum(one => one.Answered));
        Assert.True(good.Written > 20, $"{good.Written} records written beside the flood");
        Assert.Equal(good.Written, good.Read);
        await broker.KillAsync(Token);
    }

    private static TopicSpecification Of(string topic) => new() { Name = topic, NumPartitions = 1, ReplicationFactor = 1 };

    /// <summary>Writes numbers, and reads each back in order, with the client that everybody uses.</summary>
    private sealed class GoodClient(string bootstrap, string topic)
    {
        public int Written { get; private set; }

        public int Read { get; private set; }

        public async Task RunAsync(CancellationToken stopping, CancellationToken cancellation)
        {
            using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = bootstrap, EnableIdempotence = true, LingerMs = 0, MessageTimeoutMs = 20_000 }).Build();
            using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "reader", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
            consumer.Subscribe(topic);
            while (!stopping.IsCancellationRequested || Read < Written)
            {
                if (!stopping.IsCancellationRequested)
                {
                    await producer.ProduceAsync(topic, new() { Value = Written.ToString(CultureInfo.InvariantCulture) }, cancellation);
                    Written++;
                }

                // A group of one takes a while to form; from then on each record comes at once.
                if (await Task.Run(() => consumer.Consume(TimeSpan.FromMilliseconds(20)), cancellation) is { } record)
                {
                    Assert.Equal(Read.ToString(CultureInfo.InvariantCulture), record.Message.Value);
                    Read++;
                }

                cancellation.ThrowIfCancellationRequested();
            }

            consumer.Close();
        }
    }

    /// <summary>Connects again and again; each connection carries some frames that are answered, and ends with one that breaks the protocol, or is held while its client leaves.</summary>
    private sealed class Attacker(BrokerProcess broker, int seed, int frames)
    {
        private readonly HostileFrames _frames = new(new Random(seed));
        private readonly Random _random = new(seed);
        // The largest reply holds one of the batches that grow.
        private readonly byte[] _replies = new byte[1 << 20];

        public int Sent { get; private set; }

        public int Answered { get; private set; }

        public int Connections { get; private set; }

        public async Task RunAsync(CancellationToken cancellation)
        {
            while (Sent < frames)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
                await socket.ConnectAsync(IPEndPoint.Parse(broker.Bootstrap), cancellation);
                var absurd = _random.Next(2 * FramesPerConnection);
                Sent += absurd + 1;
                await socket.SendAsync(Volley(absurd), cancellation);
                Answered += await CountRepliesAsync(socket, absurd, cancellation);
                await EndAsync(socket, cancellation);
                if (Connections++ % 50 == 0)
                {
                    Assert.InRange(broker.ResidentBytes, 1, MostMemory);
                }
            }
        }

        private byte[] Volley(int count)
        {
            using var volley = new MemoryStream();
            for (var i = 0; i < count; i++)
            {
                volley.Write(_frames.Absurd());
            }

            return volley.ToArray();
        }

        /// <summary>The broker may close with bytes unread, which arrives as a reset.</summary>
        private async Task EndAsync(Socket socket, CancellationToken cancellation)
        {
            try
            {
                byte[] last = _random.Next(4) == 0 ? [.. _frames.Held(), .. _frames.Absurd()] : _frames.Broken();
                await socket.SendAsync(last, cancellation);
                socket.Shutdown(SocketShutdown.Send);
                while (await socket.ReceiveAsync(_replies, cancellation) > 0)
                {
                }
            }
            catch (SocketException)
            {
            }
        }

        private async Task<int> CountRepliesAsync(Socket socket, int expected, CancellationToken cancellation)
        {
            var length = 0;
            var count = 0;
            while (count < expected && await socket.ReceiveAsync(_replies.AsMemory(length), cancellation) is > 0 and var read)
            {
                length += read;
                var at = 0;
                while (length - at >= 4 && BinaryPrimitives.ReadInt32BigEndian(_replies.AsSpan(at)) is var size && size <= length - at - 4)
                {
                    at += 4 + size;
                    count++;
                }

                _replies.AsSpan(at, length - at).CopyTo(_replies);
                length -= at;
            }

            return count;
        }
    }
}
