using System.CommandLine;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Commands;

/// <summary><c>--set KEY=VALUE</c>, for every command that reads the configuration.</summary>
internal static class SettingOption
{
    public static Option<KeyValuePair<string, string?>[]> Create() => new("--set")
    {
        Description = "A setting below Vigil:, such as Kafka:Prefix=trial. (repeatable; wins over the environment and appsettings.json)",
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            List<KeyValuePair<string, string?>> settings = [];
            foreach (var token in result.Tokens)
            {
                try
                {
                    settings.Add(VigilConfiguration.ParseSetting(token.Value));
                }
                catch (FormatException fault)
                {
                    result.AddError(fault.Message);
                }
            }

            return [.. settings];
        },
        HelpName = "KEY=VALUE",
    };
}
