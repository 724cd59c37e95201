using Confluent.Kafka;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Demo.Publishing;

/// <summary>
/// Publishes streams in their order, as any publisher would: idempotent, acks of all, Java's partitioner. Notes where each
/// record came to stand. One stream at a time.
/// </summary>
internal sealed class StreamPublisher : IAsyncDisposable
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FlushStep = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly string _topic;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly CancellationTokenSource _disposing = new();
    private readonly List<RecordPosition?> _positions = [];
    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _last = [];
    private string? _failure;
    private int _count;
    private int _delivered;
    private Task _publishing = Task.CompletedTask;

    public StreamPublisher(KafkaClients clients, TimeProvider time)
    {
        _time = time;
        _topic = clients.Topics.Content;
        var config = clients.Producer();
        // Bounded: a full queue makes the publisher wait for the broker.
        config.QueueBufferingMaxKbytes = 64 * 1024;
        config.LingerMs = 5;
        _producer = new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Records that the broker has acknowledged.</summary>
    public int Delivered => Volatile.Read(ref _delivered);

    /// <summary>Where each record stands, in the order of publishing; complete once that has ended.</summary>
    public IReadOnlyList<RecordPosition?> Positions => _positions;

    /// <summary>The last offset of each partition that a record went to.</summary>
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

    /// <param name="ratePerSecond">Records a second; 0: as fast as the broker takes them.</param>
    public Task PublishAsync(IEnumerable<StreamRecord> records, double ratePerSecond, CancellationToken cancellation) =>
        _publishing = Task.Run(() => RunAsync(records, ratePerSecond, cancellation), CancellationToken.None);

    /// <summary>Returns when nothing is being published: the native client must outlive every call into it. Records not yet taken are left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await _publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _producer.Dispose();
        _disposing.Dispose();
    }

    private async Task RunAsync(IEnumerable<StreamRecord> records, double ratePerSecond, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposing.Token);
        var start = _time.GetTimestamp();
        var before = _count;
        foreach (var record in records)
        {
            while (ratePerSecond > 0 && _count - before > ratePerSecond * _time.GetElapsedTime(start).TotalSeconds)
            {
                await Task.Delay(Breath, _time, either.Token);
            }

            await ProduceAsync(record, _count++, either.Token);
        }

        while (Delivered < _count && Volatile.Read(ref _failure) is null)
        {
            either.Token.ThrowIfCancellationRequested();
            _producer.Flush(FlushStep);
        }

        ThrowIfFailed();
    }

    private async Task ProduceAsync(StreamRecord record, int index, CancellationToken cancellation)
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
                _producer.Produce(_topic, message, report => Delivery(report, index));
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(Breath, _time, cancellation);
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
