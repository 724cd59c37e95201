using System.Globalization;
using System.Text;
using Vigil.Contracts;

namespace Vigil.ReviewConsole.Text;

/// <summary>
/// Makes published text safe to look at. Characters that are invisible, that turn the direction of what follows or that pile up
/// become chips, since isolating alone does not hold a text that brings its own closing mark. What the text says stays as it is.
/// </summary>
public sealed class ShownText
{
    /// <summary>UTF-16 units of the text on one page.</summary>
    public const int PageLength = 5_000;

    private const int MarksPerLetter = 8;
    private const int LineBreaksInARow = 4;
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    private readonly string _text;
    private readonly Range? _marked;
    private readonly List<TextRun> _runs = [];
    private readonly StringBuilder _open = new();
    private RunKind _kind = RunKind.Plain;
    private string _chip = "";
    private int _chips;
    private int _marks;
    private int _breaks;

    private ShownText(string text, Range? marked)
    {
        _text = text;
        _marked = marked;
    }

    /// <param name="marked">The window that carried the score; null: not in this text.</param>
    /// <param name="page">From 1; null: the page on which the window begins, or the first.</param>
    public static TextPage PageOf(string text, Range? marked = null, int? page = null)
    {
        var count = Math.Max(1, (text.Length + PageLength - 1) / PageLength);
        var number = Math.Clamp(page ?? ((marked?.Start.Value ?? 0) / PageLength) + 1, 1, count);
        var start = Bound(text, (number - 1) * PageLength);
        var end = number == count ? text.Length : Bound(text, number * PageLength);
        var runs = new ShownText(text, marked).RunsOf(start, end);
        return new(runs, number, count, ReadAs(text[start..end], runs));
    }

    /// <summary>A short text, such as a name: all of it on one page, line breaks as chips.</summary>
    public static IReadOnlyList<TextRun> Line(string text)
    {
        var shown = text.ReplaceLineEndings("\u2028");
        return new ShownText(shown, null).RunsOf(0, shown.Length);
    }

    // Joiners that belong to their letters are dropped by the encoder too, and are no disguise: only what became a chip is.
    private static List<TextRun>? ReadAs(string page, List<TextRun> runs)
    {
        if (Ascii.IsValid(page))
        {
            return null;
        }

        var read = Cleaning.Undisguise(page);
        var hides = read.Length < page.Length && runs.Exists(run => run.Kind == RunKind.Chip);
        return !string.IsNullOrWhiteSpace(read) && (hides || HasOtherLetters(page, read)) ? new ShownText(read, null).RunsOf(0, read.Length) : null;
    }

    private static bool HasOtherLetters(string page, string read)
    {
        var at = 0;
        foreach (var letter in page)
        {
            if (at < read.Length && letter == read[at])
            {
                at++;
            }
            else if (char.IsLetter(letter))
            {
                return true;
            }
        }

        return false;
    }

    // A pair of surrogates stays together.
    private static int Bound(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]) ? at + 1 : at;

    private List<TextRun> RunsOf(int start, int end)
    {
        for (var at = start; at < end;)
        {
            if (Rune.DecodeFromUtf16(_text.AsSpan(at, end - at), out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                Take(rune, at, length);
            }
            else
            {
                Chip($"U+{(int)_text[at]:X4}");
            }

            at += length;
        }

        CloseChip();
        Close();
        return _runs;
    }

    private void Take(Rune rune, int at, int length)
    {
        if (rune.Value == '\r' && at + 1 < _text.Length && _text[at + 1] == '\n')
        {
            return;
        }

        _breaks = rune.Value == '\n' ? _breaks + 1 : 0;
        var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;
        _marks = isMark ? _marks + 1 : 0;
        if (_marks > MarksPerLetter)
        {
            Chip("mark");
        }
        else if (_breaks > LineBreaksInARow)
        {
            Chip("line break");
        }
        else if (IsHidden(rune, at, length))
        {
            Chip($"U+{rune.Value:X4}");
        }
        else
        {
            Show(_text.AsSpan(at, length), _marked is { } window && at >= window.Start.Value && at < window.End.Value ? RunKind.Marked : RunKind.Plain);
        }
    }

    private void Show(ReadOnlySpan<char> letters, RunKind kind)
    {
        CloseChip();
        if (kind != _kind)
        {
            Close();
            _kind = kind;
        }

        _open.Append(letters);
    }

    // The same chip again and again is one with a number.
    private void Chip(string name)
    {
        if (_chips > 0 && _chip != name)
        {
            CloseChip();
        }

        if (_chips == 0)
        {
            Close();
        }

        (_chip, _chips) = (name, _chips + 1);
    }

    private void CloseChip()
    {
        if (_chips > 0)
        {
            _runs.Add(new(_chips == 1 ? _chip : string.Create(CultureInfo.InvariantCulture, $"{_chip} \u00D7 {_chips:N0}"), RunKind.Chip));
            _chips = 0;
        }
    }

    private void Close()
    {
        if (_open.Length > 0)
        {
            _runs.Add(new(_open.ToString(), _kind));
            _open.Clear();
        }
    }

    private bool IsHidden(Rune rune, int at, int length) => rune.Value switch
    {
        '\n' or '\t' => false,
        ZeroWidthJoiner or ZeroWidthNonJoiner => !Joins(at, length),
        >= 0xFE00 and <= 0xFE0F => !Follows(at),
        // Fillers: letters by their category, and nothing to see.
        0x00AD or 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180E or 0x3164 or 0xFFA0 => true,
        >= 0xE0000 and <= 0xE0FFF => true,
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned,
    };

    // Between two letters of a script that joins, or two signs, a joiner makes one of them.
    private bool Joins(int at, int length) => Before(at) is { } before && After(at + length) is { } after && (JoinsLetters(before) && JoinsLetters(after) || IsSign(before) && IsSign(after));

    private bool Follows(int at) => Before(at) is { } before && (IsSign(before) || before.Value is >= 0x2E80 and < 0xD7B0 or >= 0x20000 or '#' or '*' or (>= '0' and <= '9'));

    private Rune? Before(int at) => Rune.DecodeLastFromUtf16(_text.AsSpan(0, at), out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : null;

    private Rune? After(int at) => Rune.DecodeFromUtf16(_text.AsSpan(at), out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : null;

    // Arabic with its neighbours, the Indic scripts to Khmer, and Mongolian.
    private static bool JoinsLetters(Rune rune) => rune.Value is (>= 0x0600 and <= 0x08FF) or (>= 0x0900 and <= 0x109F) or (>= 0x1780 and <= 0x18AF) or (>= 0xA840 and <= 0xABFF) or (>= 0x11000 and <= 0x11FFF);

    private static bool IsSign(Rune rune) => rune.Value is >= 0xFE00 and <= 0xFE0F or >= 0x1F000 and <= 0x1FAFF or >= 0x2190 and <= 0x2BFF or 0x20E3
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol;
}
