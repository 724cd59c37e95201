using System.CommandLine;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Spectre.Console;
using StackExchange.Redis;
using Vigil.Ingest;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Operation.Erasure;
using Vigil.Review;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil erase ID</c>: an item's content out of queues and bank at once, and where else it stands until when.</summary>
internal static class EraseCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "A content id, 1 to 256 bytes" };
        var scan = new Option<bool>("--scan") { Description = "Read the topics whole and count what they still hold; without it, only the latest time is told" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Removes nothing; says which entries of the bank and which topics are concerned" };
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new CheckedCommand("erase", "Deletes an item: a deletion on content, its place, lease and snippets in Redis, and the entries of the bank made from it.") { id, scan, dryRun, json, settings };
        command.Rules.Add(result => result.GetResult(id) is { Tokens: [var token] } && Encoding.UTF8.GetByteCount(token.Value) is 0 or > ContentDecoder.MaxIdBytes
            ? $"an id has 1 to {ContentDecoder.MaxIdBytes} bytes"
            : null);
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(id), parsed.GetValue(scan), parsed.GetValue(dryRun), parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string id, bool scan, bool dryRun, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(QueueCommand.AddReviewOptions, settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        await using var redis = await QueueCommand.ConnectAsync(services, cancellation);
        using var stage = QueueCommand.Stage(services, redis, ReviewKafka.None, []);
        try
        {
            var entries = BankEntries.From(clients, id, cancellation);
            // Before the deletion: what follows from it makes any id a known one.
            var wasKnown = (await stage.Queues.ItemAsync(id)).Value is not null;
            // First what makes it last: were Redis first and this failed, a rebuild would bring the item back.
            var deletion = dryRun ? null : await DeleteAsync(clients, id, cancellation);
            var erased = dryRun ? null : await stage.Erasure.RunAsync(id);
            if (!dryRun)
            {
                await RemoveAsync(clients, entries, cancellation);
            }

            var remaining = await new RemainingTopics(clients, TimeProvider.System).FindAsync(id, entries, scan, cancellation);
            Tell(output, new Erased(id, wasKnown, deletion, erased, entries, remaining), json);
            return ExitCode.Done;
        }
        catch (KafkaException fault)
        {
            throw new CommandFailedException($"Kafka failed: {fault.Error.Reason}. Erasing again is harmless.", fault);
        }
        catch (RedisException fault)
        {
            throw new CommandFailedException("The deletion stands on content, and Redis failed before the snippets were removed there. Erase again.", fault);
        }
    }

    /// <summary>A null value: the log itself withdraws the item, in every projection there will be.</summary>
    private static async Task<string> DeleteAsync(KafkaClients clients, string id, CancellationToken cancellation)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(clients.Producer()).SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
        var done = await producer.ProduceAsync(clients.Topics.Content, new() { Key = Encoding.UTF8.GetBytes(id), Value = null }, cancellation);
        return $"{done.Partition.Value}:{done.Offset.Value}";
    }

    private static async Task RemoveAsync(KafkaClients clients, IReadOnlyList<string> entries, CancellationToken cancellation)
    {
        using var bank = new BankPublisher(clients);
        foreach (var entry in entries)
        {
            await bank.RemoveAsync(entry, cancellation);
        }
    }

    private static void Tell(TextWriter output, Erased erased, bool json)
    {
        if (json)
        {
            BankCommand.WriteJson(output, new
            {
                id = erased.Id,
                dryRun = erased.Deletion is null,
                deletion = erased.Deletion,
                redis = erased.Item is { } item ? new { known = erased.WasKnown, snippetsRemoved = item.Snippets, wasLeased = item.WasLeased } : null,
                bankEntriesRemoved = erased.BankEntries,
                topics = erased.Topics.Select(topic => new { topic = topic.Topic, holds = topic.Holds, records = topic.Records, until = topic.Until, compacted = topic.IsCompacted }),
            });
            return;
        }

        output.WriteLine(erased.Deletion is { } at ? $"deletion of {TerminalView.Visible(erased.Id)} stands on content at {at}: workers withdraw it, and a rebuild does not bring it back" : "nothing was removed (--dry-run)");
        if (erased.Item is { } found)
        {
            output.WriteLine(erased.WasKnown
                ? $"Redis: out of its queue, no snippet of it is left ({found.Snippets} removed here){(found.WasLeased ? ", its lease ended" : "")}"
                : "Redis: nothing was known of this id. Is it the right one? The deletion stands all the same");
        }

        output.WriteLine(erased.BankEntries.Count == 0 ? "bank: no entry was made from it" : $"bank: {(erased.Deletion is null ? "would remove" : "removed")} {string.Join(", ", erased.BankEntries.Select(TerminalView.Visible))}");
        var table = new Table().AddColumns("topic", "holds", "records", "gone at the latest");
        foreach (var topic in erased.Topics)
        {
            table.AddRow(
                Markup.Escape(topic.Topic),
                topic.Holds,
                topic.Records?.ToString(CultureInfo.InvariantCulture) ?? "not counted",
                topic.Records == 0 ? "" : topic.Until?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? (topic.IsCompacted ? "with the next compaction" : "never: the topic has no retention"));
        }

        Tables.Write(output, table);
    }

    private sealed record Erased(string Id, bool WasKnown, string? Deletion, ErasedItem? Item, IReadOnlyList<string> BankEntries, IReadOnlyList<ErasedTopic> Topics);
}
