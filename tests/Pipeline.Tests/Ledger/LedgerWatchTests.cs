using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Vigil.Broker;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Pipeline.Ledger;

public sealed class LedgerWatchTests
{
    private const string Imbalance = "vigil.ledger.imbalance";
    private const string Age = "vigil.ledger.age";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Imbalance_WhileOneStatusRecordIsWithheld_IsOneAndThenZeroAgain()
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = new KafkaClients(Options.Create(new KafkaOptions { Bootstrap = broker.Bootstrap }));
        using var topics = new TopicSetup(clients);
        await topics.ApplyAsync(grow: false);
        var topicId = await ContentIdAsync(clients, topics);
        using var producer = new ProducerBuilder<byte[], byte[]>(clients.Producer()).Build();
        using var watch = new LedgerWatch(clients, Options.Create(new LedgerOptions { IntervalSeconds = 1 }), TimeProvider.System, NullLogger<LedgerWatch>.Instance);

        // Balanced at first: what is measured afterwards comes from the record withheld.
        await WorkAsync(clients, producer, topicId, from: 0, [0, 1]);
        await watch.StartAsync(Token);
        await UntilAsync(watch, 0);

        await WorkAsync(clients, producer, topicId, from: 2, [2, 4]);
        await UntilAsync(watch, 1).WaitAsync(Minute, Token);

        await WorkAsync(clients, producer, topicId, from: 5, [3]);
        await UntilAsync(watch, 0).WaitAsync(Minute, Token);
        await watch.StopAsync(Token);
    }

    [Fact]
    public async Task Imbalance_ContentMadeAnew_IsThatOfTheNewTopic()
    {
        await using var broker = DevelopmentBroker.Start();
        var clients = new KafkaClients(Options.Create(new KafkaOptions { Bootstrap = broker.Bootstrap }));
        using var topics = new TopicSetup(clients);
        await topics.ApplyAsync(grow: false);
        var former = await ContentIdAsync(clients, topics);
        using var producer = new ProducerBuilder<byte[], byte[]>(clients.Producer()).Build();
        using var watch = new LedgerWatch(clients, Options.Create(new LedgerOptions { IntervalSeconds = 1 }), TimeProvider.System, NullLogger<LedgerWatch>.Instance);
        await WorkAsync(clients, producer, former, from: 0, [0]);
        await watch.StartAsync(Token);
        await UntilAsync(watch, 1);

        using var admin = new AdminClientBuilder(clients.Admin()).Build();
        await admin.DeleteTopicsAsync([clients.Topics.Content]);
        await TopicContents.UntilAsync(async () => await ContentIdAsync(clients, topics) == "", "content to be gone", Token);
        await topics.ApplyAsync(grow: false);
        using var again = new ProducerBuilder<byte[], byte[]>(clients.Producer()).Build();
        await WorkAsync(clients, again, await ContentIdAsync(clients, topics), from: 0, [0, 1]);

        await UntilAsync(watch, 0).WaitAsync(Minute, Token);
        await watch.StopAsync(Token);
    }

    [Fact]
    public async Task Age_WhileKafkaIsAway_Grows()
    {
        var broker = DevelopmentBroker.Start();
        var clients = new KafkaClients(Options.Create(new KafkaOptions { Bootstrap = broker.Bootstrap }));
        using (var topics = new TopicSetup(clients))
        {
            await topics.ApplyAsync(grow: false);
        }

        using var watch = new LedgerWatch(clients, Options.Create(new LedgerOptions { IntervalSeconds = 1 }), TimeProvider.System, NullLogger<LedgerWatch>.Instance);
        await watch.StartAsync(Token);
        await TopicContents.Until(() => Read(watch, Age) is < 1, "a measurement a moment ago", Token);

        await broker.DisposeAsync();

        // Several intervals: while Kafka answers, every one of them brings it back to nearly nothing.
        await TopicContents.Until(() => Read(watch, Age) > 20, "an age of many intervals", Token);
        await watch.StopAsync(Token);
    }

    private static async Task<string> ContentIdAsync(KafkaClients clients, TopicSetup topics) =>
        (await topics.ReadAsync()).Single(topic => topic.Wanted.Name == clients.Topics.Content).Id;

    /// <summary>What a worker does, with the status of some records withheld: content from an offset, up to 5 in all; then their offsets.</summary>
    private static async Task WorkAsync(KafkaClients clients, IProducer<byte[], byte[]> producer, string topicId, long from, long[] accounted)
    {
        var content = new TopicPartition(clients.Topics.Content, 3);
        var end = Math.Max(from, from == 0 ? 2 : 5);
        for (var offset = from; offset < end; offset++)
        {
            await producer.ProduceAsync(content, new() { Value = [1] }, Token);
        }

        foreach (var offset in accounted)
        {
            var status = new StatusEvent { Kind = StatusEvent.Types.Kind.Disposition, Source = new() { TopicId = topicId, Partition = 3, Offset = offset } };
            await producer.ProduceAsync(clients.Topics.Status, new() { Key = [1], Value = status.ToByteArray() }, Token);
        }

        using var worker = new ConsumerBuilder<byte[], byte[]>(clients.Consumer(clients.Named(WorkerRole.GroupName))).Build();
        worker.Commit([new(content, end)]);
    }

    private static Task UntilAsync(LedgerWatch watch, long wanted) => TopicContents.Until(() => Read(watch, Imbalance) is { } seen && seen == wanted, $"{Imbalance} of {wanted}", Token);

    private static double? Read(LedgerWatch watch, string name)
    {
        double? seen = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == watch.Meter && instrument.Name == name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => seen = value);
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => seen = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
