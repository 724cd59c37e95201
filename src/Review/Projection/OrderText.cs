namespace Vigil.Review.Projection;

/// <summary>Numbers as text of fixed width that sorts as they do, in 36 digits: scripts compare text, and every item holds some.</summary>
internal static class OrderText
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Of(ulong number, int width) => string.Create(width, number, static (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(rest % 36)];
            rest /= 36;
        }
    });

    public static ulong Parse(ReadOnlySpan<char> text)
    {
        ulong number = 0;
        foreach (var digit in text)
        {
            number = (number * 36) + (ulong)Digits.IndexOf(digit, StringComparison.Ordinal);
        }

        return number;
    }
}
