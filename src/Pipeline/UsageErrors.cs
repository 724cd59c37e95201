using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Vigil.Pipeline.Commands;

namespace Vigil.Pipeline;

/// <summary>All that is wrong with a command line.</summary>
internal static class UsageErrors
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (parsed.Action is HelpAction || AsksForVersion(parsed))
        {
            return [];
        }

        var at = parsed.CommandResult;
        if (at.Command is { Action: null, Subcommands.Count: > 0 })
        {
            return [parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is no command of {Path(at)}" : $"{Path(at)} needs a command", Commands(at.Command)];
        }

        List<string> errors = [.. parsed.Errors.Select(error => error.Message)];
        if (at.Command is CheckedCommand command)
        {
            errors.AddRange(command.Rules.Select(rule => rule(at)).OfType<string>());
        }

        return [.. errors.Distinct()];
    }

    /// <summary>The command as one would type it.</summary>
    public static string Path(CommandResult at) =>
        at.Command is RootCommand ? "vigil" : at.Parent is CommandResult parent ? $"{Path(parent)} {at.Command.Name}" : at.Command.Name;

    private static bool AsksForVersion(ParseResult parsed) =>
        parsed.RootCommandResult.Command.Options.OfType<VersionOption>().Any(option => parsed.GetResult(option) is { Implicit: false });

    private static string Commands(Command group) =>
        $"there {(group.Subcommands.Count == 1 ? "is" : "are")} {WordList.And(group.Subcommands.Where(command => !command.Hidden).Select(command => command.Name))}";
}
