using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Demo.View;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil status ID</c>: what became of the records of one content id, for a publisher that reads no protobuf.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "A content id: the key of the records" };
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("status", "What became of the records of one content id, from the topic status (read whole; KAFKA_BOOTSTRAP says where).") { id, json, settings };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetValue(id)!, parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string id, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        var key = Encoding.UTF8.GetBytes(id);
        var events = new List<(DateTimeOffset Time, StatusEvent Event)>();
        await new TopicReader(clients).ReadAsync(
            clients.Topics.Status,
            record =>
            {
                if (record.Message.Key.AsSpan().SequenceEqual(key) && StatusEvent.Parser.ParseOrNull(record.Message.Value) is { } status)
                {
                    events.Add((new(record.Message.Timestamp.UtcDateTime), status));
                }
            },
            cancellation);
        if (events.Count == 0)
        {
            throw new CommandFailedException($"{clients.Topics.Status} holds nothing of this id: it was not published, is not ranked yet, or is older than the topic keeps.");
        }

        // One id's events are on one partition, unless partitions were added since.
        var ordered = events.OrderBy(known => known.Time).ToList();
        if (json)
        {
            BankCommand.WriteJson(output, ordered.Select(known => Describe(known.Time, known.Event)));
        }
        else
        {
            Tables.Write(output, TableOf(ordered));
        }

        return ExitCode.Done;
    }

    private static object Describe(DateTimeOffset time, StatusEvent status) => new
    {
        time,
        kind = KindOf(status),
        revision = status.Revision,
        disposition = DispositionOf(status),
        reason = TextOrNull(status.Reason),
        queue = TextOrNull(status.Queue),
        risk = status.Kind is StatusEvent.Types.Kind.Disposition or StatusEvent.Types.Kind.Reranked ? status.Risk : (double?)null,
        decisionId = TextOrNull(status.DecisionId),
        verdict = TextOrNull(status.Verdict),
        source = status.Source is null ? null : new { topicId = status.Source.TopicId, partition = status.Source.Partition, offset = status.Source.Offset },
    };

    private static Table TableOf(List<(DateTimeOffset Time, StatusEvent Event)> events)
    {
        var table = new Table().AddColumns("time", "kind", "revision", "what", "queue", "risk", "record");
        foreach (var (time, status) in events)
        {
            string?[] what = [DispositionOf(status), TextOrNull(status.Verdict), TextOrNull(status.Reason)];
            string[] row =
            [
                time.ToString("u", CultureInfo.InvariantCulture),
                KindOf(status),
                status.Revision.ToString(CultureInfo.InvariantCulture),
                string.Join(' ', what.OfType<string>()),
                status.Queue,
                status.Disposition is Disposition.Queued or Disposition.Cleared ? status.Risk.ToString("0.000", CultureInfo.InvariantCulture) : "",
                status.Source is { } source ? string.Create(CultureInfo.InvariantCulture, $"{source.Partition}/{source.Offset}") : "",
            ];
            table.AddRow([.. row.Select(cell => new Text(TerminalView.Visible(cell)))]);
        }

        return table;
    }

    private static string KindOf(StatusEvent status) => status.Kind.ToString().ToLowerInvariant();

    private static string? DispositionOf(StatusEvent status) => status.Disposition == Disposition.Unspecified ? null : status.Disposition.ToString().ToLowerInvariant();

    private static string? TextOrNull(string text) => text.Length == 0 ? null : text;
}
