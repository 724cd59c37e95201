namespace Vigil.Embed.Tokenizers;

/// <summary>
/// Cuts a text into overlapping windows of at most 254 tokens, 200 apart (<c>design.md</c> §4). A window is a stretch of
/// the text as published and its ids are those of that stretch alone, so a window's vector is the vector of its text.
/// Windows cover every UTF-16 unit, in order; starts and ends grow strictly.
/// </summary>
internal sealed class WindowPlanner(TextTokenizer tokenizer)
{
    /// <summary>Tokens from one window's start to the next one's.</summary>
    public const int Step = 200;

    // 254 pieces of 16 characters: a longer text is not worth trying whole.
    private const int WholeLength = 4_096;

    /// <returns>No window for a text in which nothing is left to encode.</returns>
    public IReadOnlyList<TokenWindow> Plan(string text)
    {
        if (text.Length <= WholeLength)
        {
            var ids = tokenizer.Tokenize(text);
            if (ids.Count <= tokenizer.Capacity)
            {
                return ids.Count == 0 ? [] : [tokenizer.Window(0, text.Length, ids)];
            }
        }

        return Windows(text, TextSegments.Of(text, tokenizer));
    }

    private List<TokenWindow> Windows(string text, List<TextSegment> segments)
    {
        var windows = new List<TokenWindow>();
        if (segments.TrueForAll(segment => segment.Tokens == 0))
        {
            return windows;
        }

        for (int first = 0, end = 0; end < segments.Count;)
        {
            end = End(segments, first, tokenizer.Capacity);
            var window = Window(text, segments, first, ref end);
            windows.Add(window);
            // At least one segment further, and never past this window's end: no gap.
            first = Math.Clamp(End(segments, first, Step), first + 1, end);
        }

        return windows;
    }

    /// <summary>One past the last segment that fits with those before it into <paramref name="tokens"/>; at least one.</summary>
    private static int End(List<TextSegment> segments, int first, int tokens)
    {
        var end = first + 1;
        for (var sum = segments[first].Tokens; end < segments.Count && sum + segments[end].Tokens <= tokens; end++)
        {
            sum += segments[end].Tokens;
        }

        return end;
    }

    /// <summary>Shortens the window in the rare case that a stretch has more tokens than its segments have alone.</summary>
    private TokenWindow Window(string text, List<TextSegment> segments, int first, ref int end)
    {
        while (true)
        {
            var start = segments[first].Start;
            var length = segments[end - 1].End - start;
            var ids = tokenizer.Tokenize(text.AsSpan(start, length));
            if (ids.Count <= tokenizer.Capacity)
            {
                return tokenizer.Window(start, length, ids);
            }

            end--;
        }
    }
}
