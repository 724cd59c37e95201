using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil settings</c>: every setting with its default, its range and what it means.</summary>
internal static class SettingsCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var word = new Argument<string>("WORD") { Description = "Only settings whose name holds it, such as Kafka", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output" };
        var command = new Command("settings", "Lists every setting with its default, its range and its meaning.") { word, json };
        command.SetAction(parsed =>
        {
            var settings = SettingsCatalogue.All.Where(setting => setting.Key.Contains(parsed.GetValue(word) ?? "", StringComparison.OrdinalIgnoreCase)).ToList();
            if (settings.Count == 0)
            {
                throw new CommandFailedException($"no setting holds '{parsed.GetValue(word)}' in its name");
            }

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(settings, Json));
            }
            else
            {
                Write(output, settings);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, List<Setting> settings)
    {
        var table = new Table().AddColumns("setting", "default", "range", "meaning");
        foreach (var setting in settings)
        {
            table.AddRow(
                new Text(setting.Key),
                new Text(setting.Standard),
                new Text(setting.Range.Length > 0 ? setting.Range : setting.Type),
                new Text(setting.Meaning));
        }

        Tables.Write(output, table);
        var first = settings[0];
        output.WriteLine($"Set one by --set {first.Key}=..., by {first.Variable}=... in the environment, or below \"{SettingsCatalogue.Root}\" in appsettings.json; the first named wins.");
    }
}
