namespace Vigil.Rank.Features;

/// <summary>Eight measures of how a text is written that do not give its source away, as its length or script would.</summary>
public static class TextMeasures
{
    public static IReadOnlyList<string> Names { get; } =
        ["share of capitals", "share of digits", "links", "mentions", "repeated characters", "exclamation marks", "question marks", "share of unreadable tokens"];

    /// <param name="row">Eight numbers, in the order of <see cref="Names"/>.</param>
    public static void Fill(ReadOnlySpan<char> text, int tokens, int unknownTokens, Span<float> row)
    {
        int upper = 0, letters = 0, digits = 0, mentions = 0, repeats = 0, exclamations = 0, questions = 0;
        var run = 0;
        var previous = '\0';
        foreach (var c in text)
        {
            run = c == previous ? run + 1 : 0;
            repeats += run == 2 && c != ' ' ? 1 : 0;
            if (char.IsLetter(c))
            {
                letters++;
                upper += char.IsUpper(c) ? 1 : 0;
            }
            else
            {
                digits += char.IsDigit(c) ? 1 : 0;
                mentions += c == '@' && !char.IsLetterOrDigit(previous) ? 1 : 0;
                exclamations += c is '!' or '！' ? 1 : 0;
                questions += c is '?' or '？' ? 1 : 0;
            }

            previous = c;
        }

        row[0] = Share(upper, letters);
        row[1] = Share(digits, text.Length);
        row[2] = Count(Links(text));
        row[3] = Count(mentions);
        row[4] = Count(repeats);
        row[5] = Count(exclamations);
        row[6] = Count(questions);
        row[7] = Share(unknownTokens, tokens);
    }

    private static int Links(ReadOnlySpan<char> text) =>
        text.Count("http://") + text.Count("https://") + text.Count("www.") + text.Count("t.me/");

    private static float Share(int part, int whole) => whole == 0 ? 0 : (float)part / whole;

    private static float Count(int count) => Math.Min(count, 8);
}
