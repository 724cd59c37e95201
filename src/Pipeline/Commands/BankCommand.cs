using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil bank …</c>: the exemplars that content is compared with.</summary>
internal static class BankCommand
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static Command Create() => new("bank", "Adds, disables, lists and searches the exemplars that content is compared with.")
    {
        BankAddCommand.Create(),
        BankDisableCommand.Create(),
        BankListCommand.Create(),
        BankSearchCommand.Create(),
        BankBuildStarterCommand.Create(),
    };

    public static Option<bool> JsonOption() => new("--json") { Description = "One JSON document on standard output" };

    public static Option<string> IdOption() => new("--id") { Description = "The entry's id", Required = true, HelpName = "ID" };

    public static void WriteJson(TextWriter output, object document) => output.WriteLine(JsonSerializer.Serialize(document, Options));
}
