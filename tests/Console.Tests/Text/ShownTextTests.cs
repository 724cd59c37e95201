using CsCheck;

namespace Vigil.ReviewConsole.Text;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData("a\u202Eb", "a[U+202E]b")]
    [InlineData("a\u2069\u2069\u2069\u202Eb", "a[U+2069 × 3][U+202E]b")]
    [InlineData("a\u200Bb\u200Bc", "a[U+200B]b[U+200B]c")]
    [InlineData("\u0000\u001B[31m", "[U+0000][U+001B][31m")]
    [InlineData("one\r\ntwo\tthree", "one\ntwo\tthree")]
    [InlineData("\U000E0041\U000E0042", "[U+E0041][U+E0042]")]
    [InlineData("\uFE0F", "[U+FE0F]")]
    public void PageOf_WhatCannotBeSeen_IsAChip(string text, string shown) => Assert.Equal(shown, Write(ShownText.PageOf(text)));

    // An attribute could not hold it.
    [Fact]
    public void PageOf_HalfACharacter_IsAChip() => Assert.Equal("x[U+D800]y", Write(ShownText.PageOf("x" + (char)0xD800 + "y")));

    [Theory]
    [InlineData("\U0001F469\u200D\U0001F467\u200D\U0001F466")]
    [InlineData("\u2764\uFE0F")]
    [InlineData("\u0915\u094D\u200D\u0937")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("e\u0301 Z\u0351\u032B\u0343\u036A")]
    public void PageOf_WhatBelongsToALetter_Stays(string text) => Assert.Equal(text, Write(ShownText.PageOf(text)));

    [Theory]
    [InlineData("s\u200Bt\u200Bart", "start")]
    [InlineData("p\u0430y p\u0430l", "pay pal")]
    [InlineData("tag\U000E0041ged", "tagged")]
    [InlineData("a\u2066b \u0000", "ab [U+0000]")]
    public void PageOf_Disguised_SaysHowItIsRead(string text, string read) => Assert.Equal(read, string.Concat(ShownText.PageOf(text).ReadAs!.Select(Write)));

    [Theory]
    [InlineData("Plain English")]
    [InlineData("\u0441\u0430\u0434 and car")]
    [InlineData("\U0001F469\u200D\U0001F467 \u2764\uFE0F")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("\u200B\u2060")]
    public void PageOf_ReadAsItStands_SaysNothingMore(string text) => Assert.Null(ShownText.PageOf(text).ReadAs);

    [Fact]
    public void PageOf_PilesOfMarks_AreEightAndAChip()
    {
        var shown = ShownText.PageOf("a" + new string('\u0301', 4_000) + "b").Runs;

        Assert.Equal(["a" + new string('\u0301', 8), "mark × 3,992", "b"], shown.Select(run => run.Text));
    }

    [Fact]
    public void PageOf_ManyLineBreaks_AreFourAndAChip() =>
        Assert.Equal("a\n\n\n\n[line break × 96]b", Write(ShownText.PageOf("a" + new string('\n', 100) + "b")));

    [Fact]
    public void PageOf_Window_IsMarked()
    {
        var page = ShownText.PageOf("before within after", 7..13);

        Assert.Equal([("before ", RunKind.Plain), ("within", RunKind.Marked), (" after", RunKind.Plain)], page.Runs.Select(run => (run.Text, run.Kind)));
    }

    [Fact]
    public void PageOf_LongText_BeginsOnThePageOfTheWindow()
    {
        var text = new string('x', 12_000) + "here" + new string('y', 100);

        var page = ShownText.PageOf(text, 12_000..12_004);

        Assert.Equal((3, 3), (page.Number, page.Count));
        Assert.Contains(page.Runs, run => run is { Kind: RunKind.Marked, Text: "here" });
    }

    [Fact]
    public void PageOf_AllPages_HoldEveryCharacterOnce() => Gen.Char.Array[0, 12_000].Select(letters => new string(letters)).Sample(
        text =>
        {
            var count = ShownText.PageOf(text).Count;
            var plain = string.Concat(Enumerable.Range(1, count).SelectMany(page => ShownText.PageOf(text, page: page).Runs).Where(run => run.Kind == RunKind.Plain).Select(run => run.Text));

            Assert.True(IsWithin(plain, text));
            Assert.DoesNotContain(plain, letter => char.IsControl(letter) && letter is not ('\n' or '\t'));
            Assert.DoesNotContain(plain, letter => letter is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
        },
        iter: 200);

    [Fact]
    public void Line_LineBreaks_AreChips() => Assert.Equal("a[U+2028]b", string.Concat(ShownText.Line("a\nb").Select(Write)));

    // Its letters are those of the text, in their order, some left out.
    private static bool IsWithin(string part, string whole)
    {
        var at = 0;
        foreach (var letter in whole)
        {
            at += at < part.Length && part[at] == letter ? 1 : 0;
        }

        return at == part.Length;
    }

    private static string Write(TextPage page) => string.Concat(page.Runs.Select(Write));

    private static string Write(TextRun run) => run.Kind == RunKind.Chip ? $"[{run.Text}]" : run.Text;
}
