using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>Puts entries and their states on <c>bank</c>.</summary>
internal sealed class BankPublisher(KafkaClients clients) : IDisposable
{
    private readonly IProducer<byte[], byte[]?> _producer =
        new ProducerBuilder<byte[], byte[]?>(clients.Producer()).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();

    /// <summary>Adds an entry: its state first, so that it is never without one.</summary>
    public async Task AddAsync(BankEntry entry, BankState state, CancellationToken cancellation)
    {
        await SetStateAsync(entry.Id, state, cancellation);
        await ProduceAsync(entry.Id, entry, cancellation);
    }

    public Task SetStateAsync(string id, BankState state, CancellationToken cancellation) => ProduceAsync(BankKeys.StateOf(id), state, cancellation);

    /// <summary>Removes an entry: the entry first, then its state, so that no content is left without one.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellation)
    {
        await ProduceAsync(id, null, cancellation);
        await ProduceAsync(BankKeys.StateOf(id), null, cancellation);
    }

    public void Dispose() => _producer.Dispose();

    private async Task ProduceAsync(string key, IMessage? message, CancellationToken cancellation)
    {
        try
        {
            await _producer.ProduceAsync(
                new TopicPartition(clients.Topics.Bank, 0),
                new Message<byte[], byte[]?>
                {
                    Key = Encoding.UTF8.GetBytes(key),
                    Value = message?.ToByteArray(),
                    Headers = message is null
                        ? new Headers { { WireHeaders.TraceParent, IndexWriter.TraceParent() } }
                        : new Headers { { WireHeaders.Schema, WireHeaders.SchemaOf(message.Descriptor.Name) }, { WireHeaders.TraceParent, IndexWriter.TraceParent() } },
                },
                cancellation);
        }
        catch (ProduceException<byte[], byte[]?> fault)
        {
            throw new CommandFailedException($"{clients.Topics.Bank} did not take the record: {fault.Error.Reason}", fault);
        }
    }
}
