using Confluent.Kafka;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Publishing;

/// <summary>
/// Publishes a stream in its order, as any publisher would: idempotent, acks of all, Java's partitioner. Notes where each
/// record came to stand.
/// </summary>
/// <param name="ratePerSecond">Records a second; 0: as fast as the broker takes them.</param>
internal sealed class StreamPublisher(KafkaClients clients, TimeProvider time, double ratePerSecond = 0)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FlushStep = TimeSpan.FromMilliseconds(100);

    private readonly List<RecordPosition?> _positions = [];
    private readonly Lock _lock = new();
    private string? _failure;
    private readonly Dictionary<int, long> _last = [];
    private int _delivered;

    /// <summary>Records that the broker has acknowledged.</summary>
    public int Delivered => Volatile.Read(ref _delivered);

    /// <summary>Where each record of the stream stands; complete once publishing has ended.</summary>
    public IReadOnlyList<RecordPosition?> Positions => _positions;

    /// <summary>The last offset of each partition that a record of the stream went to.</summary>
    public IReadOnlyDictionary<int, long> LastOffsets
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<int, long>(_last);
            }
        }
    }

    public async Task PublishAsync(IEnumerable<StreamRecord> records, CancellationToken cancellation)
    {
        var config = clients.Producer();
        // Bounded: a full queue makes the publisher wait for the broker.
        config.QueueBufferingMaxKbytes = 64 * 1024;
        config.LingerMs = 5;
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
        var start = time.GetTimestamp();
        var count = 0;
        foreach (var record in records)
        {
            while (ratePerSecond > 0 && count > ratePerSecond * time.GetElapsedTime(start).TotalSeconds)
            {
                await Task.Delay(Breath, time, cancellation);
            }

            await ProduceAsync(producer, record, count++, cancellation);
        }

        while (Delivered < count && Volatile.Read(ref _failure) is null)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Run(() => producer.Flush(FlushStep), cancellation);
        }

        ThrowIfFailed();
    }

    private async Task ProduceAsync(IProducer<byte[]?, byte[]?> producer, StreamRecord record, int index, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _positions.Add(null);
        }

        var message = new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Headers = Headers(record) };
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ThrowIfFailed();
            try
            {
                producer.Produce(clients.Topics.Content, message, report => Delivery(report, index));
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(Breath, time, cancellation);
            }
            catch (ProduceException<byte[]?, byte[]?> fault)
            {
                throw new CommandFailedException($"Record {index} of the stream could not be published: {fault.Error.Reason}", fault);
            }
        }
    }

    private void Delivery(DeliveryReport<byte[]?, byte[]?> report, int index)
    {
        if (report.Error.IsError)
        {
            Volatile.Write(ref _failure, $"Record {index} of the stream could not be published: {report.Error.Reason}");
            return;
        }

        lock (_lock)
        {
            _positions[index] = new(report.Partition.Value, report.Offset.Value);
            _last[report.Partition.Value] = Math.Max(report.Offset.Value, _last.GetValueOrDefault(report.Partition.Value, -1));
        }

        Interlocked.Increment(ref _delivered);
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new CommandFailedException(failure);
        }
    }

    private static Headers? Headers(StreamRecord record)
    {
        if (record.Headers.Count == 0)
        {
            return null;
        }

        var headers = new Headers();
        foreach (var (name, value) in record.Headers)
        {
            headers.Add(name, System.Text.Encoding.UTF8.GetBytes(value));
        }

        return headers;
    }
}
