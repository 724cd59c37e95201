using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Vigil.Pipeline.Bench;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bench pipeline</c>: figures in the form of <c>design.md</c> §11.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create() => new("bench", "Measures, and prints figures with their conditions.") { Pipeline() };

    private static Command Pipeline()
    {
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output." };
        var data = new Option<string?>("--data") { Description = "JSON lines (.gz too) whose texts are measured with, in place of the shipped stream's.", HelpName = "FILE" };
        var items = new Option<int>("--items") { Description = "Items of a round.", DefaultValueFactory = _ => 2_000, HelpName = "N" };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, worker and baseline in turn.", DefaultValueFactory = _ => 9, HelpName = "N" };
        var seconds = new Option<int>("--latency-seconds") { Description = "How long the load for the latency is kept up.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var command = new Command("pipeline", "The whole worker against its encoder and exact search alone, and its latency under load.") { json, data, items, rounds, seconds };
        command.Validators.Add(result =>
        {
            if (result.GetValue(items) < 1 || result.GetValue(rounds) < 1 || result.GetValue(seconds) < 1)
            {
                result.AddError("--items, --rounds and --latency-seconds are at least 1");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new PipelineBenchOptions(parsed.GetValue(data), parsed.GetValue(items), parsed.GetValue(rounds), parsed.GetValue(seconds));
            var report = await new PipelineBench(options, TimeProvider.System, Console.Error).RunAsync(cancellation);
            if (parsed.GetValue(json))
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(report, Json));
            }
            else
            {
                AnsiConsole.Write(Table(report));
            }

            return report.Figures.Any(figure => figure.IsMissed) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
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
