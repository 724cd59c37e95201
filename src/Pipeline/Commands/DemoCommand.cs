using System.CommandLine;
using Vigil.Pipeline.Demo;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil demo</c>: the whole path on one machine, with everything it needs.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var exit = new Option<bool>("--exit") { Description = "Run the stream to its end, print the account read back from Kafka and end; fails unless it balances." };
        var keep = new Option<bool>("--keep") { Description = "Leave everything serving after the stream, with its addresses printed." };
        var data = new Option<string?>("--data") { Description = "JSON lines (.gz too) with id, text or parts, lang, author, ts, in place of the shipped stream.", HelpName = "FILE" };
        var overlay = NumberOption.WholeOrNone("--overlay", "Lay edits, deletions, repeats and reach over the data file, drawn from this seed.", 0, int.MaxValue);
        var rate = NumberOption.RealOrNone("--rate", "Records a second; without it, as fast as they are taken.", 0.01, 1_000_000);
        var limit = NumberOption.WholeOrNone("--limit", "Only the first records of the stream.", 1, int.MaxValue);
        var prefix = new Option<string?>("--prefix") { Description = $"Before the names of topics; without it vigil., or {OwnServices.Prefix} on a cluster that KAFKA_BOOTSTRAP names.", HelpName = "PREFIX" };
        var settings = SettingOption.Create();
        var command = new CheckedCommand("demo", "Starts a broker, Redis and all roles, publishes a stream and shows the queues it becomes.") { exit, keep, data, overlay, rate, limit, prefix, settings };
        command.Rules.Add(result => result.GetResult(exit) is { Implicit: false } && result.GetResult(keep) is { Implicit: false } ? "--exit and --keep exclude each other" : null);
        command.Rules.Add(result => result.GetResult(overlay) is not null && result.GetResult(data) is null
            ? "--overlay lies over a --data file; the shipped stream has edits and deletions of its own"
            : null);
        command.SetAction((parsed, cancellation) =>
        {
            var options = new DemoOptions(
                parsed.GetValue(exit), parsed.GetValue(keep), parsed.GetValue(data), parsed.GetValue(overlay), parsed.GetValue(rate) ?? 0, parsed.GetValue(limit) ?? 0, [.. Prefix(parsed.GetValue(prefix)), .. parsed.GetRequiredValue(settings)]);
            return new DemoRun(options, TimeProvider.System, parsed.InvocationConfiguration.Output).RunAsync(cancellation);
        });
        return command;
    }

    private static IEnumerable<KeyValuePair<string, string?>> Prefix(string? prefix) => prefix is null ? [] : [KeyValuePair.Create("Kafka:Prefix", (string?)prefix)];
}
