using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Commands;

/// <summary>Which models lie in <c>models/</c>, and whether they are what their manifests say.</summary>
internal static class ModelsCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create() => new("models", "Lists and verifies the models this installation runs on.")
    {
        Create("list", "What is there, by the manifests alone.", ModelFolder.Read, "there"),
        Create("verify", "Checks the hash of every file and runs the encoders' self-tests; fails if anything is wrong.", ModelFolder.Verify, "verified"),
    };

    private static Command Create(string name, string description, Func<string, ModelFolder> look, string good)
    {
        var names = new Argument<string[]>("NAME") { Description = "Folders to look at; default: all", Arity = ArgumentArity.ZeroOrMore };
        var folder = new Option<string>("--folder") { Description = "Where the models lie", DefaultValueFactory = _ => VigilHome.Models, HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output" };
        var command = new Command(name, description) { names, folder, json };
        command.SetAction(parsed =>
        {
            var models = Look(parsed.GetValue(folder)!, parsed.GetValue(names) ?? [], look);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(new { models }, Json));
            }
            else
            {
                Write(output, models, good);
            }

            return models.TrueForAll(model => model.Faults.Count == 0) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static List<ModelFolder> Look(string folder, string[] names, Func<string, ModelFolder> look)
    {
        var all = Folders(folder);
        var missing = names.Except(all.Select(Path.GetFileName)).ToList();
        if (missing.Count > 0)
        {
            throw new CommandFailedException($"no model '{string.Join("', '", missing)}' in '{folder}'");
        }

        // Which encoders there are matters to every model, also where only some are asked for.
        var encoders = all.Select(ModelFolder.Read).Where(model => model.Kind == ModelFolder.EncoderKind).Select(model => model.Hash).ToHashSet();
        return [.. all
            .Where(model => names.Length == 0 || names.Contains(Path.GetFileName(model)))
            .Select(look)
            .Select(model => Fitting(model, encoders))];
    }

    /// <summary>A ranker or a bank is of use only beside the encoder that made its vectors.</summary>
    private static ModelFolder Fitting(ModelFolder model, HashSet<string> encoders) =>
        model.Embedder.Length == 0 || encoders.Contains(model.Embedder)
            ? model
            : model with { Faults = [.. model.Faults, $"made with encoder {Short(model.Embedder)}, which is not here"] };

    private static List<string> Folders(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandFailedException($"there is no folder '{folder}'; set VIGIL_HOME or name one with --folder");
        }

        return [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal)];
    }

    private static void Write(TextWriter output, List<ModelFolder> models, string good)
    {
        foreach (var model in models)
        {
            var state = model.Faults.Count == 0 ? good : "WRONG";
            var megabytes = (model.Bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture);
            output.WriteLine($"{model.Name,-28} {model.Kind,-8} {megabytes,7} MB  {Short(model.Hash),-12}  {state}");
            foreach (var fault in model.Faults)
            {
                output.WriteLine($"    {fault}");
            }
        }
    }

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
