using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Vigil.Pipeline.Bench;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bench pipeline|recall|review</c>: figures in the form of <c>design.md</c> §11.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create() => new("bench", "Measures, and prints figures with their conditions.") { Pipeline(), Recall(), ReviewQueues() };

    private static Command Pipeline()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output." };
        var data = DataOption();
        var items = NumberOption.Whole("--items", "Items of a round.", 1, 1_000_000, 2_000);
        var rounds = NumberOption.Whole("--rounds", "Rounds, worker and baseline in turn; of these two at least 7.", 1, 1_000, 9);
        var seconds = NumberOption.Whole("--latency-seconds", "How long each of three loads for the latency is kept up.", 1, 3_600, 20);
        var only = OnlyOption(PipelineBench.Names);
        var soak = new Option<bool>("--soak") { Description = "Also a million short records, for pipeline.rss_growth_1m: a quarter of an hour and more." };
        var kafka = new Option<string?>("--kafka") { Description = "Folder of an Apache Kafka with a run.sh, for pipeline.eos_vs_at_least_once; without it, ../shared/kafka where that is there.", HelpName = "FOLDER" };
        var command = new Command("pipeline", "The whole worker against its encoder and exact search alone and against itself set otherwise, its latency, memory and start.") { json, data, items, rounds, seconds, only, soak, kafka };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new PipelineBenchOptions(
                parsed.GetValue(data), parsed.GetValue(items), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetRequiredValue(only), parsed.GetValue(soak), parsed.GetValue(kafka));
            var report = await new PipelineBench(options, TimeProvider.System, Console.Error).RunAsync(cancellation);
            return await PrintAsync(report, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static Command Recall()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output." };
        var data = DataOption();
        var entries = NumberOption.Whole("--entries", "Exemplars of the exact search.", 1_000, 2_000_000, 100_000);
        var rounds = NumberOption.Whole("--rounds", "Rounds, search and matrix multiply in turn.", 1, 1_000, 15);
        var seconds = NumberOption.Whole("--seconds", "How long entries come and go under load.", 1, 3_600, 60);
        var only = OnlyOption(RecallBench.Names);
        var command = new Command("recall", "Exact search against a bare matrix multiply, and how soon a changed entry of the bank is seen under load.") { json, data, entries, rounds, seconds, only };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new RecallBenchOptions(parsed.GetValue(data), parsed.GetValue(entries), parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetRequiredValue(only));
            var report = await new RecallBench(options, TimeProvider.System, Console.Error).RunAsync(cancellation);
            return await PrintAsync(report, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static Option<string?> DataOption() =>
        new("--data") { Description = "JSON lines (.gz too) whose texts are measured with, in place of the shipped stream's.", HelpName = "FILE" };

    private static Option<IReadOnlySet<string>> OnlyOption(IReadOnlyList<string> names) => new("--only")
    {
        Description = $"Figures to measure, separated by commas; without it, all: {string.Join(", ", names)}",
        HelpName = "NAME,...",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => new HashSet<string>(),
        CustomParser = result =>
        {
            var wanted = result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
            foreach (var unknown in wanted.Except(names))
            {
                result.AddError($"--only: there is no figure '{unknown}': {WordList.And(names)}");
            }

            return wanted;
        },
    };

    private static Command ReviewQueues()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output." };
        var items = NumberOption.Whole("--items", "Items that wait.", 1_000, 10_000_000, 100_000);
        var claimants = NumberOption.Whole("--claimants", "Reviewers who claim at once.", 1, 256, 32);
        var rounds = NumberOption.Whole("--rounds", "Rounds of each measurement.", 1, 1_000, 3);
        var seconds = NumberOption.Whole("--seconds", "How long a round of claims lasts.", 1, 3_600, 10);
        var command = new Command("review", "Projection, rebuild and claims over a queue of many items, and what an item takes in Redis.") { json, items, claimants, rounds, seconds };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new ReviewBenchOptions(parsed.GetValue(items), parsed.GetValue(claimants), parsed.GetValue(rounds), parsed.GetValue(seconds));
            var report = await new ReviewBench(options, TimeProvider.System, Console.Error).RunAsync(cancellation);
            return await PrintAsync(report, parsed.GetValue(json), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static async Task<int> PrintAsync(BenchReport report, bool json, TextWriter output)
    {
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(report, Json));
        }
        else
        {
            Tables.Write(output, Table(report));
        }

        return report.Figures.Any(figure => figure.IsMissed) ? ExitCode.Failed : ExitCode.Done;
    }

    private static Table Table(BenchReport report)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape($"{report.Bench} on {report.Machine.Cpu}, {report.Machine.Cores} cores, {report.Machine.Os}")) };
        table.AddColumns("figure", "value", "unit", "target", "spread", "note");
        foreach (var figure in report.Figures)
        {
            table.AddRow(
                new Text(figure.Name),
                new Text(figure.Value is { } value ? Number(value) : "-"),
                new Text(figure.Unit),
                new Text(figure.Target is { } target ? $"{(figure.Better == BenchFigure.Higher ? ">=" : "<=")} {Number(target)}{(figure.IsMissed ? " MISSED" : "")}" : ""),
                new Text(figure.Runs.Count > 1 ? $"{Number(figure.Runs.Min())} to {Number(figure.Runs.Max())}" : ""),
                new Text(figure.Note));
        }

        return table;
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.000", CultureInfo.InvariantCulture);
}
