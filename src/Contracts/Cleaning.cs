using System.Globalization;
using System.Text;

namespace Vigil.Contracts;

/// <summary>
/// Undoes the cheapest disguises before a text is tokenized, code point by code point and word by word:
/// <list type="number">
/// <item>invisible code points are removed, a lone surrogate becomes U+FFFD;</item>
/// <item>in a word that holds both a-z and Cyrillic, Cyrillic letters that look Latin become Latin;</item>
/// <item>every code point is lower-cased by its simple mapping (U+0130 stays).</item>
/// </list>
/// A word is a longest run of letters, marks and numbers. Part of the encoder's identity: any change is a new version.
/// </summary>
public static class Cleaning
{
    public const string Name = "plain-disguises";
    public const int Version = 1;

    private const string CyrillicLookalikes = "аеосрхукіАВЕНКМОРСТХ";
    private const string LatinLookalikes = "aeocpxykiABEHKMOPCTX";

    /// <param name="output">At least as long as the text, and not in the same place: no step makes a text longer.</param>
    /// <returns>Length of the cleaned text.</returns>
    public static int Clean(ReadOnlySpan<char> text, Span<char> output)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant(output);
        }

        var length = FoldWords(text, output);
        LowerCase(output[..length]);
        return length;
    }

    /// <summary>The first two steps alone: without disguise, the case of letters as it was.</summary>
    public static string Undisguise(string text)
    {
        var output = new char[text.Length];
        return new(output, 0, FoldWords(text, output));
    }

    private static int FoldWords(ReadOnlySpan<char> text, Span<char> output)
    {
        int length = 0, word = 0;
        bool latin = false, cyrillic = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsInvisible(rune.Value))
            {
                continue;
            }

            if (IsWordRune(rune))
            {
                latin |= rune.IsAscii && char.IsAsciiLetter((char)rune.Value);
                cyrillic |= rune.Value is >= 0x400 and <= 0x4FF;
                length += rune.EncodeToUtf16(output[length..]);
                continue;
            }

            FoldWord(output[word..length], latin && cyrillic);
            length += rune.EncodeToUtf16(output[length..]);
            (word, latin, cyrillic) = (length, false, false);
        }

        FoldWord(output[word..length], latin && cyrillic);
        return length;
    }

    private static void FoldWord(Span<char> word, bool mixed)
    {
        if (!mixed)
        {
            return;
        }

        foreach (ref var letter in word)
        {
            if (letter is >= '\u0400' and <= '\u04FF' && CyrillicLookalikes.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at)
            {
                letter = LatinLookalikes[at];
            }
        }
    }

    private static void LowerCase(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]))
            {
                // Never splits: FoldWords wrote whole runes.
                Rune.ToLowerInvariant(new Rune(text[i], text[i + 1])).EncodeToUtf16(text[i..]);
                i++;
            }
            else
            {
                text[i] = char.ToLowerInvariant(text[i]);
            }
        }
    }

    private static bool IsWordRune(Rune rune) =>
        rune.IsAscii
            ? char.IsAsciiLetterOrDigit((char)rune.Value)
            : Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.OtherNumber;

    /// <summary>Soft hyphen, joiners, fillers, direction marks, variation selectors of Mongolian, tags.</summary>
    private static bool IsInvisible(int codePoint) => codePoint >= 0xAD && codePoint is
        0xAD or 0x34F or 0x61C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0xFEFF
        or (>= 0x180B and <= 0x180E) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E)
        or (>= 0x2060 and <= 0x206F) or (>= 0xE0000 and <= 0xE0FFF);
}
