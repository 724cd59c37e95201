using System.Text;
using Confluent.Kafka;

namespace Vigil.Chaos.Tests;

/// <summary>Publishes distinct items steadily until stopped, through whatever happens to the broker.</summary>
internal sealed class SteadyPublisher : IDisposable
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _sending = new();
    private readonly List<(int Partition, long Offset)> _published = [];
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Task _publishing;

    /// <param name="burst">Items every tenth of a second.</param>
    public SteadyPublisher(string bootstrap, string topic, int burst = 20, string name = "publisher")
    {
        _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            ClientId = name,
            EnableIdempotence = true,
            LingerMs = 5,
            Partitioner = Partitioner.Murmur2Random,
        }).SetLogHandler((_, _) => { }).Build();
        _publishing = PublishAsync(topic, burst);
    }

    /// <summary>Where they stand; complete once stopped.</summary>
    public List<(int Partition, long Offset)> Published => _published;

    /// <summary>A harmless item of its own for each number.</summary>
    public static Message<byte[], byte[]> Item(int number) => new()
    {
        Key = Encoding.UTF8.GetBytes($"id-{number}"),
        Value = Encoding.UTF8.GetBytes($$"""{"id":"id-{{number}}","parts":[{"text":"a harmless line, number {{number}}"}]}"""),
    };

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
    }

    public void Dispose()
    {
        _stop.Cancel();
        // A test that failed has not stopped it, and a call into a client that is gone ends the process.
        lock (_sending)
        {
            _producer.Dispose();
        }

        _stop.Dispose();
    }

    private async Task PublishAsync(string topic, int burst)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i += burst)
        {
            var done = await Task.WhenAll(Send(topic, i, burst));
            _published.AddRange(done.Select(one => (one.Partition.Value, one.Offset.Value)));
            await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private Task<DeliveryResult<byte[], byte[]>>[] Send(string topic, int first, int count)
    {
        lock (_sending)
        {
            return _stop.IsCancellationRequested ? [] : [.. Enumerable.Range(first, count).Select(number => _producer.ProduceAsync(topic, Item(number)))];
        }
    }
}
