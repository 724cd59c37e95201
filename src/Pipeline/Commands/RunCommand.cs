using System.CommandLine;
using System.CommandLine.Parsing;
using Vigil.Pipeline.Roles;

namespace Vigil.Pipeline.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        var roles = new Option<Role?>("--roles")
        {
            Description = "What this process does, separated by commas; without it, all three",
            CustomParser = Parse,
            HelpName = "worker,bank,review",
        };
        var settings = SettingOption.Create();
        var command = new Command("run", "Runs the roles of one process until it is told to stop.") { roles, settings };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(roles) ?? Role.All, parsed.GetValue(settings) ?? [], cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Role roles, IReadOnlyList<KeyValuePair<string, string?>> settings, CancellationToken cancellation)
    {
        await using var app = VigilHost.Build(roles, settings);
        await VigilHost.RunAsync(app, cancellation);
        return ExitCode.Done;
    }

    private static Role? Parse(ArgumentResult result)
    {
        try
        {
            return RoleNames.Parse(string.Join(',', result.Tokens.Select(token => token.Value)));
        }
        catch (FormatException fault)
        {
            result.AddError(fault.Message);
            return null;
        }
    }
}
