using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Vigil.Broker;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Ledger;

public sealed class LedgerReaderTests : IAsyncLifetime
{
    private const string TopicId = "topic";
    private const string Group = "vigil.worker";

    private DevelopmentBroker _broker = null!;
    private KafkaClients _clients = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = DevelopmentBroker.Start();
        _clients = new(Options.Create(new KafkaOptions { Bootstrap = _broker.Bootstrap }));
        using var topics = new TopicSetup(_clients);
        await topics.ApplyAsync(grow: false);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Measure_EveryCommittedRecordAccountedFor_IsZeroHoweverFarContentGoesOn()
    {
        await PublishAsync([0, 1, 2], committed: 2, [0, 1]);

        Assert.Equal(0, Measure());
    }

    [Fact]
    public async Task Measure_CommittedRecordWithoutDisposition_IsOne()
    {
        await PublishAsync([0, 1, 2], committed: 3, [0, 2]);

        Assert.Equal(1, Measure());
    }

    [Fact]
    public async Task Measure_DispositionTwice_IsOne()
    {
        await PublishAsync([0, 1], committed: 2, [0, 1, 1]);

        Assert.Equal(1, Measure());
    }

    [Fact]
    public async Task Measure_MarkersOfAPublishersTransaction_AreNoRecords()
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(_clients.TransactionalProducer("publisher")).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 2; i++)
        {
            producer.BeginTransaction();
            producer.Produce(new TopicPartition(_clients.Topics.Content, 0), new() { Value = [1] });
            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }

        // Records at 0 and 2, markers at 1 and 3, and one record behind them.
        await PublishAsync([4], committed: 5, [0, 2, 4]);

        Assert.Equal(0, Measure());
    }

    [Fact]
    public async Task Measure_APublisherWithATransactionForEveryRecord_CountsOnlyWhatIsMissing()
    {
        const int Records = 300;
        using var producer = new ProducerBuilder<byte[], byte[]>(_clients.TransactionalProducer("publisher")).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        for (var i = 0; i < Records; i++)
        {
            producer.BeginTransaction();
            producer.Produce(new TopicPartition(_clients.Topics.Content, 0), new() { Value = [1] });
            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }

        // Records stand at even offsets, markers behind each; of two records nothing is said.
        await PublishAsync([], committed: 2 * Records, [.. Enumerable.Range(0, Records).Except([7, 200]).Select(record => 2L * record)]);

        using var reader = new LedgerReader(_clients, Group, TopicId, TimeProvider.System.GetUtcNow().AddDays(-7));
        Assert.Equal(2, reader.Measure(TestContext.Current.CancellationToken));
        Assert.Equal("without a disposition: 2 (0/14, 0/400); with two: none", reader.Findings);
        Assert.Equal(2, reader.Measure(TestContext.Current.CancellationToken));
    }

    // While workers work, status never falls silent: an account that reads on until it does is never made.
    [Fact]
    public async Task Measure_WhileStatusGoesOnGrowing_ComesToAnEnd()
    {
        await PublishAsync([0, 1, 2], committed: 3, [0, 2]);
        using var stop = new CancellationTokenSource();
        using var producer = new ProducerBuilder<byte[], byte[]>(_clients.Producer()).Build();
        var growing = GrowAsync(producer, stop.Token);

        long measured;
        bool hasGrown;
        try
        {
            measured = await Task.Run(Measure, stop.Token).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            hasGrown = !growing.IsCompleted;
        }
        finally
        {
            await stop.CancelAsync();
            await growing;
        }

        Assert.True(hasGrown);
        Assert.Equal(1, measured);
    }

    // Strangers' records, so that the account stays what it is; all partitions, ten times in the reader's patience.
    private async Task GrowAsync(IProducer<byte[], byte[]> producer, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await producer.ProduceAsync(_clients.Topics.Status, new() { Key = [(byte)i], Value = [0xFF] }, CancellationToken.None);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Measure_StrangersRecordsOnStatus_ArePassedOver()
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(_clients.Producer()).Build();
        foreach (var value in new[] { [0xFF, 0xFE], null, new StatusEvent { Kind = StatusEvent.Types.Kind.Disposition }.ToByteArray() })
        {
            await producer.ProduceAsync(_clients.Topics.Status, new() { Value = value }, TestContext.Current.CancellationToken);
        }

        await PublishAsync([0], committed: 1, [0]);

        Assert.Equal(0, Measure());
    }

    private long Measure()
    {
        using var reader = new LedgerReader(_clients, Group, TopicId, TimeProvider.System.GetUtcNow().AddDays(-7));
        return reader.Measure(TestContext.Current.CancellationToken);
    }

    // Content and dispositions of partition 0, and what the workers have committed.
    private async Task PublishAsync(long[] content, long committed, long[] accounted)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(_clients.Producer()).Build();
        foreach (var offset in content)
        {
            var report = await producer.ProduceAsync(new TopicPartition(_clients.Topics.Content, 0), new() { Value = [1] }, TestContext.Current.CancellationToken);
            Assert.Equal(offset, report.Offset.Value);
        }

        foreach (var offset in accounted)
        {
            var status = new StatusEvent { Kind = StatusEvent.Types.Kind.Disposition, Source = new() { TopicId = TopicId, Partition = 0, Offset = offset } };
            await producer.ProduceAsync(_clients.Topics.Status, new() { Key = [1], Value = status.ToByteArray() }, TestContext.Current.CancellationToken);
        }

        using var worker = new ConsumerBuilder<byte[], byte[]>(_clients.Consumer(Group)).Build();
        worker.Commit([new(_clients.Topics.Content, 0, committed)]);
    }
}
