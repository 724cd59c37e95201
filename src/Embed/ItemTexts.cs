using Vigil.Contracts;

namespace Vigil.Embed;

/// <summary>A text to encode: a part's, or <see cref="TextWindow.JoinedText"/>.</summary>
internal readonly record struct ItemText(int Part, string Text);

/// <summary>The texts of an item: every text part and, when several are not blank, all of them joined by a line feed.</summary>
internal static class ItemTexts
{
    public static IReadOnlyList<ItemText> Of(Content content)
    {
        var texts = new List<ItemText>(content.Parts.Count);
        for (var part = 0; part < content.Parts.Count; part++)
        {
            if (content.Parts[part] is TextPart { Text: var text } && !string.IsNullOrWhiteSpace(text))
            {
                texts.Add(new ItemText(part, text));
            }
        }

        if (texts.Count > 1)
        {
            // Blank parts are left in: a position in the joined text is then the same for everyone who joins the parts.
            texts.Add(new ItemText(TextWindow.JoinedText, string.Join('\n', content.Parts.OfType<TextPart>().Select(part => part.Text))));
        }

        return texts;
    }
}
