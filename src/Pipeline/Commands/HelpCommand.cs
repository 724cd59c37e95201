using System.CommandLine;

namespace Vigil.Pipeline.Commands;

/// <summary><c>vigil help bank add</c>: the same as <c>vigil bank add --help</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(Func<RootCommand> root)
    {
        var path = new Argument<string[]>("COMMAND") { Description = "Of which; without it, of all", Arity = ArgumentArity.ZeroOrMore };
        var command = new CheckedCommand("help", "Shows what a command does and takes.") { path };
        command.Rules.Add(result => root().Parse(result.GetValue(path) ?? []).UnmatchedTokens is [var unknown, ..] ? $"there is no command '{unknown}'" : null);
        command.SetAction((parsed, cancellation) =>
            root().Parse([.. parsed.GetValue(path) ?? [], "--help"]).InvokeAsync(parsed.InvocationConfiguration, cancellation));
        return command;
    }
}
