using System.CommandLine;

namespace Vigil.Pipeline.Commands;

internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Prints the version of this build.");
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine($"vigil {ProductVersion.Text}"));
        return command;
    }
}
