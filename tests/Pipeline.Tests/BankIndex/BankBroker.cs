using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Vigil.Broker;
using Vigil.Contracts.Wire;
using Vigil.Embed;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests.BankIndex;

/// <summary>One broker and one encoder for the tests of a class; each test has topics of its own.</summary>
public sealed class BankBroker : IAsyncLifetime
{
    private DevelopmentBroker? _broker;

    internal IEncoder Encoder { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        _broker = DevelopmentBroker.Start();
        Encoder = OnnxEncoder.Load(Path.Combine(VigilHome.Models, "use-multilingual-v3-512"), new EmbedOptions { Threads = 1 });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Encoder.Dispose();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    internal async Task<BankTopics> TopicsAsync()
    {
        var topics = new BankTopics(_broker!.Bootstrap, $"t{Guid.NewGuid():n}.");
        using var setup = new TopicSetup(topics.Clients);
        await setup.ApplyAsync(grow: false);
        return topics;
    }
}

/// <summary>The bank's topics under a prefix of their own.</summary>
internal sealed class BankTopics : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly IProducer<byte[]?, byte[]?> _producer;

    public BankTopics(string bootstrap, string prefix)
    {
        Settings = [new("Kafka:Bootstrap", bootstrap), new("Kafka:Prefix", prefix)];
        _services = CommandServices.Build(Settings);
        Clients = _services.GetRequiredService<KafkaClients>();
        _producer = new ProducerBuilder<byte[]?, byte[]?>(Clients.Producer()).Build();
    }

    public KeyValuePair<string, string?>[] Settings { get; }

    public KafkaClients Clients { get; }

    public Task PutAsync(string? key, byte[]? value, bool index = false) => _producer.ProduceAsync(
        new TopicPartition(index ? Clients.Topics.BankIndex : Clients.Topics.Bank, 0),
        new Message<byte[]?, byte[]?> { Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = value });

    public async Task AddAsync(string id, string text, Side side = Side.Violation, string policy = "scam")
    {
        var entry = new BankEntry { Id = id, Side = side, Part = new Part { Text = text } };
        entry.Policies.Add(policy);
        using var publisher = new BankPublisher(Clients);
        await publisher.AddAsync(entry, new BankState { State = BankState.Types.State.Live }, CancellationToken.None);
    }

    public async Task SetStateAsync(string id, BankState.Types.State state)
    {
        using var publisher = new BankPublisher(Clients);
        await publisher.SetStateAsync(id, new BankState { State = state }, CancellationToken.None);
    }

    public async Task RemoveAsync(string id)
    {
        await PutAsync(id, null);
        await PutAsync(BankKeys.StateOf(id), null);
    }

    public IReadOnlyDictionary<string, ListedEntry> Listed() => BankListing.Read(Clients, TestContext.Current.CancellationToken);

    /// <summary>Records on <c>bank-index</c> so far, those that compaction may yet take included.</summary>
    public List<(string Key, byte[]? Value)> IndexRecords()
    {
        List<(string, byte[]?)> records = [];
        CompactedTopic.ReadToEnd(
            Clients,
            Clients.Topics.BankIndex,
            result => records.Add((Encoding.UTF8.GetString(result.Message.Key ?? []), result.Message.Value)),
            TestContext.Current.CancellationToken);
        return records;
    }

    public void Dispose()
    {
        _producer.Dispose();
        _services.Dispose();
    }
}
