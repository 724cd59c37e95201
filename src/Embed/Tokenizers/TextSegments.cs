namespace Vigil.Embed.Tokenizers;

/// <summary>A stretch of a text with the number of its tokens when tokenized alone.</summary>
internal readonly record struct TextSegment(int Start, int Length, int Tokens)
{
    public int End => Start + Length;
}

/// <summary>
/// Tiles a text with segments of few tokens, each a word with the white space before it. No piece of the vocabulary
/// reaches across white space, so the counts of words add up to the count of the text. Words of more tokens than
/// <see cref="MaxTokens"/> (scripts without spaces, long links) are halved, never inside a code point; counts then add
/// up approximately.
/// </summary>
internal static class TextSegments
{
    /// <summary>Far below the overlap of two windows (54 tokens), so that windows start close to where they should.</summary>
    public const int MaxTokens = 16;

    // A stretch without spaces is cut here before it is tokenized, so that halving stays linear in the text.
    private const int MaxLength = 64;

    public static List<TextSegment> Of(string text, TextTokenizer tokenizer)
    {
        var segments = new List<TextSegment>();
        for (var start = 0; start < text.Length;)
        {
            var end = WordEnd(text, start);
            Add(text, start, end, tokenizer, segments);
            start = end;
        }

        return segments;
    }

    private static void Add(string text, int start, int end, TextTokenizer tokenizer, List<TextSegment> segments)
    {
        var tokens = tokenizer.Tokenize(text.AsSpan(start, end - start)).Count;
        var middle = RuneBoundary(text, start + ((end - start) / 2), start);
        if (tokens <= MaxTokens || middle == start)
        {
            segments.Add(new TextSegment(start, end - start, tokens));
            return;
        }

        Add(text, start, middle, tokenizer, segments);
        Add(text, middle, end, tokenizer, segments);
    }

    private static int WordEnd(string text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        var limit = Math.Min(text.Length, end + MaxLength);
        while (end < limit && !char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return RuneBoundary(text, end, start);
    }

    /// <summary>The nearest place at or before <paramref name="at"/> that is not inside a surrogate pair; after it when that is <paramref name="start"/>.</summary>
    private static int RuneBoundary(string text, int at, int start)
    {
        if (at > start && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]))
        {
            return at - 1 > start ? at - 1 : Math.Min(text.Length, at + 1);
        }

        return at;
    }
}
