using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vigil.Pipeline.Evaluation;
using Vigil.Pipeline.Training;

namespace Vigil.Pipeline.Commands;

internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private const string RowFormat =
        "Labelled rows as JSON lines, optionally .gz: id, text (or parts), labels (policies it violates), scope (policies it was judged by: one in scope "
        + "and not in labels is a negative, any other is unknown), harm (1, 0 or null: unknown), and if known source, split, lang";

    public static Command Create()
    {
        var data = new Option<string[]>("--data") { Description = RowFormat, Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var where = new Option<LabelledFile.Condition[]>("--where") { Description = "Only rows whose field has one of the values (repeatable)", HelpName = "FIELD=VALUE,...", AllowMultipleArgumentsPerToken = true, CustomParser = ParseConditions };
        var model = new Option<string>("--model") { Description = "Ranker to judge", DefaultValueFactory = _ => RankWorkshop.DefaultRanker };
        var against = new Option<string?>("--against") { Description = "Another ranker, to compare with by paired bootstrap" };
        var bank = new Option<string>("--bank") { Description = "Starter bank to search", DefaultValueFactory = _ => RankWorkshop.DefaultBank };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output" };
        var command = new Command("evaluate", "Runs labelled rows through the production path and measures how they are ranked.") { data, where, model, against, bank, json };
        command.SetAction((parsed, cancellation) => Task.Run(
            () =>
            {
                Check(parsed.GetValue(data)!, [parsed.GetValue(model), parsed.GetValue(against), parsed.GetValue(bank)]);
                using var workshop = RankWorkshop.Open();
                var request = new EvaluationRequest(parsed.GetValue(data)!, parsed.GetValue(where) ?? []);
                var report = EvaluationRun.Run(
                    workshop, workshop.LoadBank(parsed.GetValue(bank)!), parsed.GetValue(model)!, parsed.GetValue(against), request, new(TimeProvider.System), cancellation);
                Console.Out.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, Json) : EvaluationText.Write(report));
                return ExitCode.Done;
            },
            cancellation));
        return command;
    }

    // All at once, and before the models load.
    private static void Check(IEnumerable<string> files, IEnumerable<string?> folders)
    {
        string[] missing =
        [
            .. files.Where(file => !File.Exists(file)).Select(file => $"{file}: there is no such file"),
            .. folders.Where(folder => folder is not null && !Directory.Exists(folder)).Select(folder => $"{folder}: there is no such folder"),
        ];
        if (missing.Length > 0)
        {
            throw new CommandFailedException(string.Join('\n', missing));
        }
    }

    private static LabelledFile.Condition[]? ParseConditions(System.CommandLine.Parsing.ArgumentResult result)
    {
        var conditions = new List<LabelledFile.Condition>();
        foreach (var token in result.Tokens)
        {
            var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                result.AddError($"--where {token.Value}: write it as FIELD=VALUE,VALUE");
                return null;
            }

            conditions.Add(new(token.Value[..equals], token.Value[(equals + 1)..].Split(',')));
        }

        return [.. conditions];
    }
}
