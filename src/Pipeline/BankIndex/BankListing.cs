using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.BankIndex;

/// <summary>An entry as <c>bank-index</c> has it; without a state it is inert.</summary>
internal sealed record ListedEntry(IndexedEntry Entry, BankState? State)
{
    public string StateName(DateTimeOffset now) => State switch
    {
        null => "inert",
        { ExpiresAt: { } expires } when expires.ToDateTimeOffset() <= now => "expired",
        _ => State.State.ToString().ToLowerInvariant(),
    };
}

/// <summary>Reads the bank for people.</summary>
internal static class BankListing
{
    public static IReadOnlyDictionary<string, ListedEntry> Read(KafkaClients clients, CancellationToken cancellation)
    {
        Dictionary<string, IndexedEntry> entries = new(StringComparer.Ordinal);
        Dictionary<string, BankState> states = new(StringComparer.Ordinal);
        ReadTopic(clients, clients.Topics.BankIndex, Apply, cancellation);
        return entries.ToDictionary(entry => entry.Key, entry => new ListedEntry(entry.Value, states.GetValueOrDefault(entry.Key)));

        void Apply(string key, byte[]? value)
        {
            var kind = BankKeys.Read(key, out var id);
            if (kind == BankKeyKind.Entry)
            {
                Put(entries, id, value, IndexedEntry.Parser);
            }
            else if (kind == BankKeyKind.State)
            {
                Put(states, id, value, BankState.Parser);
            }
        }
    }

    /// <summary>Whether an entry of that id stands on <c>bank</c>.</summary>
    public static bool IsOnBank(KafkaClients clients, string id, CancellationToken cancellation)
    {
        var found = false;
        ReadTopic(clients, clients.Topics.Bank, (key, value) => found = key == id ? value is not null : found, cancellation);
        return found;
    }

    private static void ReadTopic(KafkaClients clients, string topic, Action<string, byte[]?> apply, CancellationToken cancellation)
    {
        try
        {
            CompactedTopic.ReadToEnd(clients, topic, result => apply(Encoding.UTF8.GetString(result.Message.Key ?? []), result.Message.Value), cancellation);
        }
        catch (KafkaException fault)
        {
            throw new CommandFailedException($"{topic} cannot be read: {fault.Error.Reason}", fault);
        }
    }

    private static void Put<T>(Dictionary<string, T> known, string id, byte[]? value, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        known.Remove(id);
        // What cannot be read workers refuse too.
        if (parser.ParseOrNull(value) is { } message)
        {
            known[id] = message;
        }
    }
}
