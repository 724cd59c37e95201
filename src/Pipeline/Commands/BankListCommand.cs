using System.CommandLine;
using Spectre.Console;
using Vigil.Contracts;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bank list</c>.</summary>
internal static class BankListCommand
{
    private static readonly string[] States = ["live", "shadow", "canary", "disabled", "inert", "expired"];

    public static Command Create()
    {
        var side = ChoiceOption.Side("This side only");
        var policies = PolicyOption.Create("Entries that speak for one of these policies only");
        var state = ChoiceOption.Create("--state", "Entries in this state only", [.. States.Select(name => (name, name))]);
        var limit = NumberOption.Whole("--limit", "Rows to show", 1, 1_000_000, 100);
        var json = BankCommand.JsonOption();
        var settings = SettingOption.Create();
        var command = new Command("list", "Lists the entries as workers see them, by id.") { side, policies, state, limit, json, settings };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(side), parsed.GetValue(policies) ?? [], parsed.GetValue(state), parsed.GetValue(limit), parsed.GetValue(json), parsed.GetRequiredValue(settings), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Side? side, string[] policies, string? state, int limit, bool json, KeyValuePair<string, string?>[] settings, TextWriter output, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var entries = BankListing.Read(clients, cancellation).Values
            .Where(listed => (side is null || listed.Entry.Side == (Contracts.Wire.Side)side)
                && (policies.Length == 0 || listed.Entry.Policies.Intersect(policies).Any())
                && (state is null || listed.StateName(now) == state))
            .OrderBy(listed => listed.Entry.Id, StringComparer.Ordinal)
            .ToList();
        if (json)
        {
            BankCommand.WriteJson(output, new { total = entries.Count, entries = entries.Take(limit).Select(listed => Describe(listed, now)) });
            return ExitCode.Done;
        }

        var table = new Table().AddColumns("id", "side", "policies", "severity", "state", "vectors", "source");
        foreach (var listed in entries.Take(limit))
        {
            table.AddRow(
                Markup.Escape(listed.Entry.Id),
                Name(listed),
                Markup.Escape(string.Join(", ", listed.Entry.Policies)),
                listed.Entry.Severity == 0 ? "policy's" : $"{listed.Entry.Severity}",
                listed.StateName(now),
                $"{listed.Entry.Vectors.Count}",
                Markup.Escape(listed.Entry.Source));
        }

        Tables.Write(output, table);
        output.WriteLine($"{Math.Min(limit, entries.Count)} of {entries.Count} entries");
        return ExitCode.Done;
    }

    private static object Describe(ListedEntry listed, DateTimeOffset now) => new
    {
        id = listed.Entry.Id,
        side = Name(listed),
        policies = listed.Entry.Policies,
        severity = listed.Entry.Severity,
        state = listed.StateName(now),
        expiresAt = listed.State?.ExpiresAt?.ToDateTimeOffset(),
        vectors = listed.Entry.Vectors.Count,
        hashes = listed.Entry.Hashes.Count,
        source = listed.Entry.Source,
        origin = listed.Entry.Origin,
        embedder = listed.Entry.Embedder,
    };

    private static string Name(ListedEntry listed) => listed.Entry.Side.ToString().ToLowerInvariant();
}
