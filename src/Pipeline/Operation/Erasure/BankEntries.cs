using Confluent.Kafka;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Kafka;
using Vigil.Recall;

namespace Vigil.Pipeline.Operation.Erasure;

/// <summary>Entries of the bank that were made from an item: those whose <c>source</c> names it.</summary>
internal static class BankEntries
{
    /// <summary>Their ids, whether they are indexed already or not.</summary>
    public static IReadOnlyList<string> From(KafkaClients clients, string contentId, CancellationToken cancellation)
    {
        var found = BankListing.Read(clients, cancellation).Where(entry => Names(entry.Value.Entry.Source, contentId)).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        CompactedTopic.ReadToEnd(clients, clients.Topics.Bank, record => Apply(record, contentId, found), cancellation);
        return [.. found.Order(StringComparer.Ordinal)];
    }

    /// <summary>The id itself, or the id after the name of a kind: <c>content:ID</c>. Ids may hold colons too.</summary>
    internal static bool Names(string source, string contentId) =>
        source == contentId || (source.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && source.AsSpan(colon + 1).SequenceEqual(contentId));

    private static void Apply(ConsumeResult<byte[]?, byte[]?> result, string contentId, HashSet<string> found)
    {
        var record = BankRecord.Of(result);
        if (record.Key is null || BankKeys.Read(record.Key, out var id) != BankKeyKind.Entry)
        {
            return;
        }

        // The last record of a key counts, and a removed entry is gone already.
        if (record.Value is not null && BankRecordReader.ReadEntry(record, id).Entry is { } entry && Names(entry.Source, contentId))
        {
            found.Add(id);
        }
        else
        {
            found.Remove(id);
        }
    }
}
