using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>Reads status as it is written, read-committed, through every outage, and keeps when each disposition came.</summary>
internal sealed class StatusTail : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _reading;
    private readonly Dictionary<(int Partition, long Offset), DateTimeOffset> _times = [];

    public StatusTail(KafkaClients clients, int partitions)
    {
        _reading = new(() => Read(clients, partitions)) { IsBackground = true };
        _reading.Start();
    }

    public int Count
    {
        get
        {
            lock (_times)
            {
                return _times.Count;
            }
        }
    }

    /// <summary>By our clock; null: no disposition was seen.</summary>
    public DateTimeOffset? TimeOf(int partition, long offset)
    {
        lock (_times)
        {
            return _times.TryGetValue((partition, offset), out var time) ? time : null;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _reading.Join();
        _stop.Dispose();
    }

    private void Read(KafkaClients clients, int partitions)
    {
        var config = clients.Consumer("storm-tail");
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(clients.Topics.Status, partition, Offset.Beginning)));
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record && StatusEvent.Parser.ParseFrom(record.Message.Value) is { Kind: StatusEvent.Types.Kind.Disposition } status)
                {
                    lock (_times)
                    {
                        _times.TryAdd((status.Source.Partition, status.Source.Offset), TimeProvider.System.GetUtcNow());
                    }
                }
            }
            catch (ConsumeException)
            {
                // The broker is being killed; the client comes back by itself.
            }
        }

        consumer.Close();
    }
}
