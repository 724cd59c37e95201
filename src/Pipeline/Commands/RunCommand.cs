using System.CommandLine;
using System.CommandLine.Parsing;
using Vigil.Pipeline.Roles;

namespace Vigil.Pipeline.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        var roles = new Option<Role>("--roles")
        {
            Description = "What this process does: worker,bank,review",
            DefaultValueFactory = _ => Role.All,
            CustomParser = Parse(RoleNames.Parse),
            HelpName = "worker,bank,review",
        };
        var settings = SettingOption.Create();
        var command = new Command("run", "Runs the roles of one process until it is told to stop.") { roles, settings };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(roles), parsed.GetValue(settings) ?? [], cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Role roles, IReadOnlyList<KeyValuePair<string, string?>> settings, CancellationToken cancellation)
    {
        await using var app = VigilHost.Build(roles, settings);
        await VigilHost.RunAsync(app, cancellation);
        return ExitCode.Done;
    }

    private static Func<ArgumentResult, T?> Parse<T>(Func<string, T> parse) =>
        result => Parsed(result, string.Join(',', result.Tokens.Select(token => token.Value)), parse);

    private static T? Parsed<T>(ArgumentResult result, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException fault)
        {
            result.AddError(fault.Message);
            return default;
        }
    }
}
