using System.Globalization;

namespace Vigil.Review;

/// <summary>
/// The order of <c>design.md</c> §7: log2(value) − (enqueued − 2026-01-01) / H, highest first. Of two waiting items the
/// order never changes, so it needs no clock. The two terms travel to the projection as text with every digit; which
/// enqueued time counts is known only there, and a subtraction of two doubles is the same there as here.
/// </summary>
public static class QueueScore
{
    public const double LowestValue = 1.0 / 4096;
    public const double HighestValue = 65536;

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static double Of(double value, DateTimeOffset enqueued, TimeSpan halfLife) => Rounded(LogValue(value) - Age(enqueued, halfLife), 9);

    /// <summary>log2 of the value, clamped to [2⁻¹², 2¹⁶]; what is no number counts as the lowest.</summary>
    public static double LogValue(double value) => double.IsNaN(value) ? -12 : Rounded(Math.Log2(Math.Clamp(value, LowestValue, HighestValue)), 7);

    /// <summary>Half-lives between 2026-01-01 and the time an item was enqueued; nine decimals tell a millisecond of a week.</summary>
    public static double Age(DateTimeOffset enqueued, TimeSpan halfLife) => Rounded((enqueued - Epoch).TotalMilliseconds / halfLife.TotalMilliseconds, 9);

    // Fewer digits, since every waiting item holds them. By way of text, as C's printf rounds in the scripts.
    private static double Rounded(double number, int decimals) =>
        double.Parse(number.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
