using Vigil.Contracts;

namespace Vigil.Embed;

/// <summary>A text with all its windows.</summary>
internal readonly record struct TextWindows(ItemText Text, IReadOnlyList<TokenWindow> Windows);

/// <summary>A window that will be a row.</summary>
internal readonly record struct ChosenWindow(TextWindow Window, TokenWindow Tokens);

/// <summary>
/// Holds an item to its limit of windows. The joined text comes first, since it alone covers every part; what is left
/// of the limit goes to the parts. Where a choice is needed it is spread evenly, the first and the last always in it.
/// </summary>
internal static class ItemWindows
{
    /// <summary>Windows of one item; more would let one item hold up a batch for seconds.</summary>
    public const int Limit = 128;

    /// <param name="partial">Some window is left out.</param>
    /// <returns>In the order of the parts, the joined text last.</returns>
    public static List<ChosenWindow> Choose(IReadOnlyList<TextWindows> texts, out bool partial)
    {
        var joined = All(texts, joined: true);
        var parts = All(texts, joined: false);
        partial = joined.Count + parts.Count > Limit;
        if (partial)
        {
            joined = Spread(joined, Limit);
            parts = Spread(parts, Limit - joined.Count);
        }

        parts.AddRange(joined);
        return parts;
    }

    public static TextWindow Of(ItemText text, in TokenWindow window) =>
        new(text.Part, window.Start, text.Text.Substring(window.Start, window.Length), window.Ids.Length, window.Unknown);

    private static List<ChosenWindow> All(IReadOnlyList<TextWindows> texts, bool joined)
    {
        List<ChosenWindow> windows = [];
        for (var i = 0; i < texts.Count; i++)
        {
            var (text, of) = texts[i];
            if (text.Part == TextWindow.JoinedText != joined)
            {
                continue;
            }

            windows.EnsureCapacity(windows.Count + of.Count);
            for (var j = 0; j < of.Count; j++)
            {
                windows.Add(new(Of(text, of[j]), of[j]));
            }
        }

        return windows;
    }

    private static List<ChosenWindow> Spread(List<ChosenWindow> windows, int count)
    {
        if (windows.Count <= count)
        {
            return windows;
        }

        return count switch
        {
            0 => [],
            1 => [windows[0]],
            _ => [.. Enumerable.Range(0, count).Select(i => windows[(int)((long)i * (windows.Count - 1) / (count - 1))])],
        };
    }
}
