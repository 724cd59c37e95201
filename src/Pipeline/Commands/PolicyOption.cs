using System.CommandLine;
using System.CommandLine.Parsing;
using Vigil.Pipeline.Configuration;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline.Commands;

/// <summary><c>--policy</c>: names that <c>policies/</c> knows; any other would match nothing, in silence.</summary>
internal static class PolicyOption
{
    public static Option<string[]> Create(string description, bool required = false)
    {
        var option = ChoiceOption.Several("--policy", description, "POLICY", static () => [.. PolicyFiles.Load(VigilHome.Policies).Policies.Select(policy => policy.Id)]);
        option.Required = required;
        var parse = option.CustomParser!;
        option.CustomParser = result => WithFileErrors(result, parse);
        return option;
    }

    private static string[]? WithFileErrors(ArgumentResult result, Func<ArgumentResult, string[]?> parse)
    {
        try
        {
            return parse(result);
        }
        catch (PolicyFileException fault)
        {
            fault.Errors.ToList().ForEach(result.AddError);
            return [];
        }
    }
}
