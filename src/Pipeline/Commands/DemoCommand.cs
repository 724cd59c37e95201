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
        var overlay = new Option<int?>("--overlay") { Description = "Lay edits, deletions, repeats and reach over the data file, drawn from this seed.", HelpName = "SEED" };
        var rate = new Option<double>("--rate") { Description = "Records a second; without it, as fast as they are taken.", HelpName = "N" };
        var limit = new Option<int>("--limit") { Description = "Only the first records of the stream.", HelpName = "N" };
        var settings = SettingOption.Create();
        var command = new Command("demo", "Starts a broker, Redis and all roles, publishes a stream and shows the queues it becomes.") { exit, keep, data, overlay, rate, limit, settings };
        command.Validators.Add(result =>
        {
            if (result.GetValue(exit) && result.GetValue(keep))
            {
                result.AddError("--exit and --keep exclude each other");
            }

            if (result.GetValue(overlay) is not null && result.GetValue(data) is null)
            {
                result.AddError("--overlay lies over a --data file; the shipped stream has edits and deletions of its own");
            }

            if (result.GetValue(rate) < 0 || result.GetValue(limit) < 0)
            {
                result.AddError("--rate and --limit are not negative");
            }
        });
        command.SetAction((parsed, cancellation) =>
        {
            var options = new DemoOptions(
                parsed.GetValue(exit), parsed.GetValue(keep), parsed.GetValue(data), parsed.GetValue(overlay), parsed.GetValue(rate), parsed.GetValue(limit), parsed.GetRequiredValue(settings));
            return new DemoRun(options, TimeProvider.System, parsed.InvocationConfiguration.Output).RunAsync(cancellation);
        });
        return command;
    }
}
