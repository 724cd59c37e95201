using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Vigil.Pipeline.Configuration;

/// <summary>
/// What is wrong with the settings before any of them is used: names that do not exist, which would otherwise change nothing
/// in silence, and values of the wrong kind. Ranges and rules are checked by the options themselves.
/// </summary>
/// <param name="Errors">One line for each error; keys below a setting (they may be tokens) are not named.</param>
/// <param name="Standards">Defaults in place of values that cannot be read, so that the rest can be validated beside them.</param>
internal sealed partial record SettingsCheck(IReadOnlyList<string> Errors, IReadOnlyList<KeyValuePair<string, string?>> Standards)
{
    private const string Misspelt = "VIGIL_";

    public static SettingsCheck Of(IConfiguration configuration)
    {
        List<string> errors = [.. configuration.GetChildren()
            .Where(section => section.Key.StartsWith(Misspelt, StringComparison.OrdinalIgnoreCase) && section.GetChildren().Any())
            .Select(section => $"{section.Key}__...: settings of the environment begin with VIGIL__, two underscores.")];
        List<KeyValuePair<string, string?>> standards = [];
        foreach (var section in configuration.GetSection(SettingsCatalogue.Root).GetChildren())
        {
            if (SettingsCatalogue.Sections.TryGetValue(section.Path, out var options))
            {
                Check(section, options, errors, standards);
            }
            else
            {
                var meant = NearestName.Of(section.Path, SettingsCatalogue.Sections.Keys);
                errors.Add($"{section.Path} is no section of settings: {(meant is null ? $"there are {WordList.And(SettingsCatalogue.Sections.Keys)}." : $"{meant} is meant?")}");
            }
        }

        return new(errors, standards);
    }

    /// <summary>What options found wrong with themselves, each by the name under which it is set.</summary>
    public static IEnumerable<string> Named(OptionsValidationException invalid)
    {
        var section = SettingsCatalogue.SectionOf(invalid.OptionsType);
        return invalid.Failures.Select(failure => Prefixed().Match(failure) switch
        {
            { Success: false } => failure,
            var found when found.Groups["text"].Value.StartsWith($"{SettingsCatalogue.Root}:", StringComparison.Ordinal) => found.Groups["text"].Value,
            var found when OutOfRange().Match(found.Groups["text"].Value) is { Success: true } range =>
                $"{section}:{found.Groups["name"].Value} must be {range.Groups["least"].Value} to {range.Groups["most"].Value}.",
            var found => $"{section}:{found.Groups["name"].Value}: {found.Groups["text"].Value}",
        });
    }

    private static void Check(IConfigurationSection section, Type options, List<string> errors, List<KeyValuePair<string, string?>> standards)
    {
        foreach (var setting in section.GetChildren())
        {
            var property = SettingsCatalogue.PropertiesOf(options).FirstOrDefault(one => one.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var meant = NearestName.Of(setting.Key, SettingsCatalogue.PropertiesOf(options).Select(one => one.Name));
                errors.Add($"{setting.Path}: there is no such setting{(meant is null ? "" : $"; {section.Path}:{meant} is meant?")} See: vigil settings");
            }
            else if (Fault(setting, Activator.CreateInstance(options)!) is { } fault)
            {
                errors.Add($"{setting.Path} {fault}");
                if (!setting.GetChildren().Any())
                {
                    standards.Add(KeyValuePair.Create(setting.Path, (string?)SettingsCatalogue.StandardOf(property)));
                }
            }
        }
    }

    // Each alone, so that one error does not hide the next.
    private static string? Fault(IConfigurationSection setting, object options)
    {
        var alone = new ConfigurationBuilder()
            .AddInMemoryCollection(setting.AsEnumerable().Select(pair => KeyValuePair.Create(setting.Key + pair.Key[setting.Path.Length..], pair.Value)))
            .Build();
        try
        {
            alone.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            return null;
        }
        catch (InvalidOperationException fault)
        {
            var wanted = SettingsCatalogue.All.FirstOrDefault(one => $"{SettingsCatalogue.Root}:{one.Key}" is var key
                && (key.Equals(setting.Path, StringComparison.OrdinalIgnoreCase) || key.Equals($"{setting.Path}:<name>", StringComparison.OrdinalIgnoreCase)));
            return fault.InnerException is null || wanted is null
                ? "holds a name that is no setting. See: vigil settings"
                : $"must be {wanted.Type}{(wanted.Range.Length > 0 ? $" ({wanted.Range})" : "")}, not '{setting.Value ?? setting.GetChildren().Select(child => child.Value).FirstOrDefault()}'";
        }
    }

    [GeneratedRegex(@"^(?<name>\w+): (?<text>.*)$", RegexOptions.Singleline)]
    private static partial Regex Prefixed();

    [GeneratedRegex(@"must be between (?<least>\S+) and (?<most>\S+?)\.$")]
    private static partial Regex OutOfRange();
}
