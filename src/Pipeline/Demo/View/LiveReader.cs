using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Demo.View;

/// <summary>Follows <c>status</c> and <c>ranked</c>, read-committed, from where they end when it is made.</summary>
internal sealed class LiveReader : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly string _status;
    private readonly Action<StatusEvent> _onStatus;
    private readonly Action<RankedItem> _onRanked;

    public LiveReader(KafkaClients clients, Action<StatusEvent> onStatus, Action<RankedItem> onRanked)
    {
        _onStatus = onStatus;
        _onRanked = onRanked;
        _status = clients.Topics.Status;
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(clients.Consumer(clients.Named("demo-view"))).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        string[] topics = [clients.Topics.Status, clients.Topics.Ranked];
        _consumer.Assign(
            from topic in topics
            from partition in admin.GetMetadata(topic, Patience).Topics.Single().Partitions
            let place = new TopicPartition(topic, partition.PartitionId)
            select new TopicPartitionOffset(place, _consumer.QueryWatermarkOffsets(place, Patience).High));
    }

    public Task RunAsync(CancellationToken cancellation) =>
        Task.Factory.StartNew(() => Run(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose() => _consumer.Dispose();

    private void Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (_consumer.Consume(Step) is not { } result)
            {
                continue;
            }

            if (result.Topic != _status)
            {
                Tell(_onRanked, RankedItem.Parser.ParseOrNull(result.Message.Value));
            }
            else if (StatusEvent.Parser.ParseOrNull(result.Message.Value) is { Source: not null } status)
            {
                _onStatus(status);
            }
        }
    }

    private static void Tell<T>(Action<T> listener, T? message)
        where T : class
    {
        if (message is not null)
        {
            listener(message);
        }
    }
}
