using Vigil.Embed;
using Vigil.Ingest;
using Vigil.Pipeline.Ledger;
using Vigil.Pipeline.Scoring;
using Vigil.Rank;
using Vigil.Review;

namespace Vigil.Pipeline.Configuration;

/// <summary>
/// What is wrong with the settings before any of them is used: names that do not exist, which would otherwise change nothing
/// in silence, and values of the wrong kind. Ranges and rules are checked by the options themselves.
/// </summary>
internal static class SettingsCheck
{
    private const string Root = "Vigil";

    private static readonly Dictionary<string, Func<object>> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        [KafkaOptions.Section] = () => new KafkaOptions(),
        [RedisOptions.Section] = () => new RedisOptions(),
        [HttpOptions.Section] = () => new HttpOptions(),
        [BankOptions.Section] = () => new BankOptions(),
        [EmbedOptions.Section] = () => new EmbedOptions(),
        [IngestOptions.Section] = () => new IngestOptions(),
        [DegradedOptions.Section] = () => new DegradedOptions(),
        ["Vigil:Rank"] = () => new RankOptions(),
        [LedgerOptions.Section] = () => new LedgerOptions(),
        [ReviewOptions.Section] = () => new ReviewOptions(),
    };

    /// <returns>One line for each error; keys below a setting (they may be tokens) are not named.</returns>
    public static IReadOnlyList<string> Errors(IConfiguration configuration) =>
        [.. configuration.GetSection(Root).GetChildren().SelectMany(section => Sections.TryGetValue(section.Path, out var options)
            ? section.GetChildren().Select(setting => ErrorOf(setting, options())).OfType<string>()
            : [$"{section.Path} is no section of settings: there are {string.Join(", ", Sections.Keys)}."])];

    // Each alone, so that one error does not hide the next.
    private static string? ErrorOf(IConfigurationSection setting, object options)
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
            return fault.InnerException is { } conversion ? $"{setting.Path} cannot be read: {conversion.Message}" : $"{setting.Path}: there is no such setting.";
        }
    }
}
