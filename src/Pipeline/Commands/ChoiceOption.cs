using System.CommandLine;
using System.CommandLine.Parsing;

namespace Vigil.Pipeline.Commands;

/// <summary>Options that take one of a few words; any other is wrong usage, named with those there are.</summary>
internal static class ChoiceOption
{
    /// <summary><c>--side</c> of the bank's commands.</summary>
    public static Option<Contracts.Side?> Side(string description) =>
        Create<Contracts.Side?>("--side", description, ("violation", Contracts.Side.Violation), ("benign", Contracts.Side.Benign));

    public static Option<T?> Create<T>(string name, string description, params (string Word, T Value)[] choices) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', choices.Select(choice => choice.Word)),
        CustomParser = result =>
        {
            var word = string.Join(' ', result.Tokens.Select(token => token.Value));
            foreach (var choice in choices)
            {
                if (choice.Word.Equals(word, StringComparison.OrdinalIgnoreCase))
                {
                    return choice.Value;
                }
            }

            result.AddError($"{name} must be {WordList.Or(choices.Select(choice => choice.Word))}, not '{word}'");
            return default;
        },
    };

    /// <summary>Any number of words, each one of those that are known.</summary>
    public static Option<string[]> Several(string name, string description, string helpName, IReadOnlyCollection<string> known) =>
        Several(name, description, helpName, result => Words(result, name, known));

    /// <summary>The same where a parser of its own finds out which are known.</summary>
    public static Option<string[]> Several(string name, string description, string helpName, Func<ArgumentResult, string[]> parse) => new(name)
    {
        Description = $"{description} (repeatable)",
        AllowMultipleArgumentsPerToken = true,
        HelpName = helpName,
        CustomParser = parse,
    };

    /// <summary>The words that were given; one that is not known is an error of the result.</summary>
    public static string[] Words(ArgumentResult result, string name, IReadOnlyCollection<string> known)
    {
        string[] words = [.. result.Tokens.Select(token => token.Value)];
        foreach (var word in words.Except(known, StringComparer.Ordinal))
        {
            result.AddError($"{name} must be {WordList.Or(known)}, not '{word}'");
        }

        return words;
    }
}
