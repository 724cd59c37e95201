using System.CommandLine;
using System.CommandLine.Parsing;

namespace Vigil.Pipeline.Commands;

/// <summary>
/// A command with rules across its options. The library stops looking at the options as soon as a validator of their command
/// fails; these rules are asked besides, so that every error is named at once.
/// </summary>
internal sealed class CheckedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Each gives an error, or null. A value that could not be read must not be asked for: ask for results.</summary>
    public IList<Func<CommandResult, string?>> Rules { get; } = [];
}
