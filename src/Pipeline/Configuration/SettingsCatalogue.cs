using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Vigil.Embed;
using Vigil.Ingest;
using Vigil.Pipeline.Ledger;
using Vigil.Pipeline.Scoring;
using Vigil.Rank;
using Vigil.Review;
using Vigil.ReviewConsole;
using Vigil.ReviewConsole.SignIn;

namespace Vigil.Pipeline.Configuration;

/// <summary>A setting, as its options class has it.</summary>
/// <param name="Key">Below <c>Vigil:</c>, as <c>--set</c> takes it.</param>
/// <param name="Range">What the options class checks; empty: nothing but the type.</param>
/// <param name="Meaning">The documentation of the property; empty where the program was installed without it.</param>
internal sealed record Setting(string Key, string Type, string Standard, string Range, string Meaning)
{
    public string Variable => $"{SettingsCatalogue.Root}:{Key}".Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant();
}

/// <summary>Every setting there is, read from the options classes that are bound and validated, so that none can be missing.</summary>
internal static class SettingsCatalogue
{
    public const string Root = "Vigil";

    /// <summary>The options class of each section.</summary>
    public static IReadOnlyDictionary<string, Type> Sections { get; } = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
    {
        [KafkaOptions.Section] = typeof(KafkaOptions),
        [RedisOptions.Section] = typeof(RedisOptions),
        [HttpOptions.Section] = typeof(HttpOptions),
        [IngestOptions.Section] = typeof(IngestOptions),
        [EmbedOptions.Section] = typeof(EmbedOptions),
        [BankOptions.Section] = typeof(BankOptions),
        ["Vigil:Rank"] = typeof(RankOptions),
        [DegradedOptions.Section] = typeof(DegradedOptions),
        [LedgerOptions.Section] = typeof(LedgerOptions),
        [ReviewOptions.Section] = typeof(ReviewOptions),
        [ConsoleOptions.Section] = typeof(ConsoleOptions),
        [SignInOptions.Section] = typeof(SignInOptions),
    };

    public static IReadOnlyList<Setting> All { get; } =
        [.. Sections.SelectMany(section => Of(section.Key[(Root.Length + 1)..], section.Value))];

    public static string? SectionOf(Type options) => Sections.Where(section => section.Value == options).Select(section => section.Key).FirstOrDefault();

    /// <summary>The properties that the configuration can set.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true });

    /// <summary>The default as the configuration would write it; empty for none.</summary>
    public static string StandardOf(PropertyInfo property) => property.GetValue(Activator.CreateInstance(property.DeclaringType!)) switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        System.Collections.IDictionary or null => "",
        var value => $"{value}",
    };

    private static IEnumerable<Setting> Of(string prefix, Type options) => PropertiesOf(options).SelectMany(property =>
    {
        var key = $"{prefix}:{property.Name}";
        if (property.PropertyType is not { IsGenericType: true } type || type.GetGenericTypeDefinition() != typeof(Dictionary<,>))
        {
            return [new Setting(key, TypeName(property.PropertyType), StandardOf(property), RangeOf(property), OptionsDocs.Of(property))];
        }

        // What stands below names itself: librdkafka's settings, queues, reviewers by their tokens.
        var item = type.GetGenericArguments()[1];
        return item == typeof(string) || item.IsEnum
            ? [new Setting($"{key}:<name>", TypeName(item), "", RangeOf(property), OptionsDocs.Of(property))]
            : Of($"{key}:<{property.Name.TrimEnd('s').ToLowerInvariant()}>", item);
    });

    private static string TypeName(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? TypeName(inner)
        : type == typeof(string) ? "text"
        : type == typeof(bool) ? "true or false"
        : type.IsEnum ? WordList.Or(Enum.GetNames(type))
        : type == typeof(double) ? "a number"
        : "a whole number";

    private static string RangeOf(PropertyInfo property) => string.Join("; ", property.GetCustomAttributes().Select(attribute => attribute switch
    {
        RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"{range.Minimum:#,0.##} to {range.Maximum:#,0.##}"),
        RegularExpressionAttribute form => form.Pattern,
        RequiredAttribute => "required",
        MinLengthAttribute length => $"at least {length.Length} characters",
        MaxLengthAttribute length => $"at most {length.Length} characters",
        _ => "",
    }).Where(text => text.Length > 0));
}
