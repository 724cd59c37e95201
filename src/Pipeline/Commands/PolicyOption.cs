using System.CommandLine;
using System.CommandLine.Parsing;
using Vigil.Pipeline.Configuration;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline.Commands;

/// <summary><c>--policy</c>: names that <c>policies/</c> knows; any other would match nothing, in silence.</summary>
internal static class PolicyOption
{
    private const string Name = "--policy";

    public static Option<string[]> Create(string description, bool required = false)
    {
        var option = ChoiceOption.Several(Name, description, "POLICY", Parse);
        option.Required = required;
        return option;
    }

    private static string[] Parse(ArgumentResult result)
    {
        try
        {
            return ChoiceOption.Words(result, Name, [.. PolicyFiles.Load(VigilHome.Policies).Policies.Select(policy => policy.Id)]);
        }
        catch (PolicyFileException fault)
        {
            fault.Errors.ToList().ForEach(result.AddError);
            return [];
        }
    }
}
