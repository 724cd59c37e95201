using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil topics apply|list</c>: Vigil's topics with the settings of <c>design.md</c> §3.</summary>
internal static class TopicsCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output" };
        var grow = new Option<bool>("--grow") { Description = "Also add partitions where there are too few; keys then move to other partitions" };
        var settings = SettingOption.Create();
        var list = new Command("list", "Shows each topic beside what Vigil wants of it.") { json, settings };
        list.SetAction((parsed, cancellation) => RunAsync(apply: false, grow: false, parsed.GetValue(json), parsed.GetRequiredValue(settings), cancellation));
        var apply = new Command("apply", "Creates missing topics and alters settings that fall short; never shrinks or deletes.") { grow, json, settings };
        apply.SetAction((parsed, cancellation) => RunAsync(apply: true, parsed.GetValue(grow), parsed.GetValue(json), parsed.GetRequiredValue(settings), cancellation));
        return new("topics", "Creates, mends and lists Vigil's topics.") { apply, list };
    }

    private static async Task<int> RunAsync(bool apply, bool grow, bool json, KeyValuePair<string, string?>[] settings, CancellationToken cancellation)
    {
        await using var services = CommandServices.Build(settings);
        var clients = services.GetRequiredService<KafkaClients>();
        await KafkaReachable.CheckAsync(clients, cancellation);
        using var setup = new TopicSetup(clients);
        if (apply)
        {
            await setup.ApplyAsync(grow);
        }

        var states = await setup.ReadAsync();
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(states.Select(Describe)));
        }
        else
        {
            Tables.Write(Console.Out, Table(states));
        }

        return ExitCode.Done;
    }

    private static object Describe(TopicState state) => new
    {
        topic = state.Wanted.Name,
        exists = state.Exists,
        id = state.Id,
        partitions = state.Partitions,
        wantedPartitions = state.Wanted.Partitions,
        replication = state.Replication,
        differences = state.Differences.Select(one => new { setting = one.Name, @is = one.Is, wanted = one.Wanted }),
    };

    private static Table Table(IReadOnlyList<TopicState> states)
    {
        var table = new Table().AddColumns("topic", "partitions", "replicas", "clean-up", "state");
        foreach (var state in states)
        {
            var wanted = state.Wanted;
            table.AddRow(
                Markup.Escape(wanted.Name),
                state.Exists ? $"{state.Partitions}" : "-",
                state.Exists ? $"{state.Replication}" : "-",
                wanted.Retention is { } retention ? $"delete, {retention.TotalDays:0} days" : "compact",
                Markup.Escape(StateOf(state)));
        }

        return table;
    }

    private static string StateOf(TopicState state)
    {
        if (!state.Exists)
        {
            return "missing";
        }

        var notes = state.Differences.Select(one => $"{one.Name}={one.Is}, wanted {one.Wanted}").ToList();
        if (state.Partitions < state.Wanted.Partitions)
        {
            notes.Add($"{state.Wanted.Partitions} partitions wanted (apply --grow)");
        }

        return notes.Count == 0 ? "ok" : string.Join("; ", notes);
    }
}
