using System.CommandLine;
using System.CommandLine.Parsing;
using Vigil.Pipeline.Configuration;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline.Commands;

/// <summary><c>--policy</c>: names that <c>policies/</c> knows; any other would match nothing, in silence.</summary>
internal static class PolicyOption
{
    public static Option<string[]> Create(string description, bool required = false) => new("--policy")
    {
        Description = $"{description} (repeatable)",
        Required = required,
        AllowMultipleArgumentsPerToken = true,
        HelpName = "POLICY",
        CustomParser = Parse,
    };

    private static string[] Parse(ArgumentResult result)
    {
        string[] asked = [.. result.Tokens.Select(token => token.Value)];
        try
        {
            string[] known = [.. PolicyFiles.Load(VigilHome.Policies).Policies.Select(policy => policy.Id)];
            foreach (var name in asked.Except(known, StringComparer.Ordinal))
            {
                result.AddError($"--policy must be {WordList.Or(known)}, not '{name}'");
            }
        }
        catch (PolicyFileException fault)
        {
            fault.Errors.ToList().ForEach(result.AddError);
        }

        return asked;
    }
}
