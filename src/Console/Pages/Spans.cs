using System.Globalization;
using Vigil.Review;

namespace Vigil.ReviewConsole.Pages;

/// <summary>Times and shares as pages say them.</summary>
internal static class Spans
{
    public static string Of(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} days"),
    };

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string OldestOf(QueueSummary queue) => queue.Depth > 0 ? Of(queue.OldestAge) : "";

    /// <summary>A moment to the minute, in UTC.</summary>
    public static string Of(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string Number(double number, string form = "0.00") => double.IsFinite(number) ? number.ToString(form, CultureInfo.InvariantCulture) : "not a number";

    /// <summary>"of 100 such items about 62 violated": how a calibrated probability is said.</summary>
    public static string OfHundred(double probability) => double.IsFinite(probability)
        ? string.Create(CultureInfo.InvariantCulture, $"of 100 such items about {Math.Round(100 * Math.Clamp(probability, 0, 1)):0} violated")
        : "unknown";
}
