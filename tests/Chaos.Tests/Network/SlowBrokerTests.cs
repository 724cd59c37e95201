using Confluent.Kafka;
using Vigil.Pipeline.Bench;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests.Network;

/// <summary>Pitfall 17: a broker that takes outcomes far slower than it gives content must not fill the worker's memory.</summary>
public sealed class SlowBrokerTests
{
    private const int Seed = 20261130;
    private const int Records = 2_000;
    private const int RecordBytes = 200_000;
    private const int SlowBytesPerSecond = 100_000;

    // What the client may prefetch, a batch under way and one that waits, and the runtime's slack; less than half of what there is to read.
    private const double RoomMegabytes = 180;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_BrokerTakesOutcomesSlowly_ReadsNoMoreThanItCanHold()
    {
        await using var worker = await ProxiedWorker.StartAsync(Seed, Token);
        using var producer = Publisher(worker.Proxy.Address);
        await producer.ProduceAsync(worker.Topics.Content, Item(0), Token);
        await TopicContents.Until(() => worker.Statuses() == 1, "the worker to be at work", Token);
        var before = ProcessMemory.ResidentMegabytes(worker.Process.Id);

        worker.Proxy.Slow(SlowBytesPerSecond);
        await Task.WhenAll(Enumerable.Range(1, Records).Select(number => producer.ProduceAsync(worker.Topics.Content, Item(number), Token)));
        using var watched = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var most = before;
        for (var looks = 0; looks < Watched / watched.Period && await watched.WaitForNextTickAsync(Token); looks++)
        {
            most = Math.Max(most, ProcessMemory.ResidentMegabytes(worker.Process.Id));
        }

        Assert.InRange(worker.Statuses(), 1, Records / 2);
        Assert.InRange(most - before, 0, RoomMegabytes);
        Assert.False(worker.Process.HasExited);
    }

    // Not content at all, so that it costs no inference and its dead letter is as long; and not to be compressed.
    private static Message<byte[], byte[]> Item(int number)
    {
        var value = new byte[RecordBytes];
        new Random(number).NextBytes(value);
        return new() { Key = BitConverter.GetBytes(number), Value = value };
    }

    private static IProducer<byte[], byte[]> Publisher(string bootstrap) => new ProducerBuilder<byte[], byte[]>(new ProducerConfig
    {
        BootstrapServers = bootstrap,
        ClientId = ProxiedWorker.PublisherName,
        EnableIdempotence = true,
        LingerMs = 5,
        QueueBufferingMaxKbytes = 1 << 20,
    }).SetLogHandler((_, _) => { }).Build();
}
