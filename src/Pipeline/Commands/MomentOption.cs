using System.CommandLine;
using System.Globalization;

namespace Vigil.Pipeline.Commands;

/// <summary>Options that take a moment: ISO 8601 (UTC where no zone is named), or an age such as 90m, 6h or 2d.</summary>
internal static class MomentOption
{
    public const string Form = "a time (2026-11-29T14:00:00Z) or an age (90m, 6h, 2d)";

    public static Option<DateTimeOffset?> Create(string name, string description) => new(name)
    {
        Description = $"{description}: {Form}",
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = string.Join(' ', result.Tokens.Select(token => token.Value));
            if (Parse(text, TimeProvider.System.GetUtcNow()) is { } moment)
            {
                return moment;
            }

            result.AddError($"{name} must be {Form}, not '{text}'");
            return null;
        },
    };

    public static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (text.Length > 1
            && Unit(text[^1]) is { } unit
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count <= 100_000)
        {
            return now - (count * unit);
        }

        return text.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            && moment >= DateTimeOffset.UnixEpoch
                ? moment
                : null;
    }

    private static TimeSpan? Unit(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
