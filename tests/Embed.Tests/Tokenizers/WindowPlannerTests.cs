using CsCheck;
using Vigil.Embed.Tokenizers;

namespace Vigil.Embed.Tests.Tokenizers;

public sealed class WindowPlannerTests(EncoderFixture fixture)
{
    private readonly WindowPlanner _planner = new(fixture.Tokenizer);

    [Fact]
    public void Plan_ShortText_IsOneWindowOverAllOfIt()
    {
        const string Text = "  The kettle is on.  ";

        var window = Assert.Single(_planner.Plan(Text));

        Assert.Equal((0, Text.Length), (window.Start, window.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("\u200B\uFEFF")]
    public void Plan_NothingToEncode_HasNoWindow(string text)
    {
        Assert.Empty(_planner.Plan(text));
    }

    [Fact]
    public void Plan_NothingToEncodeButLong_HasNoWindow()
    {
        Assert.Empty(_planner.Plan(new string(' ', 60_000)));
        Assert.Empty(_planner.Plan(new string('\u200B', 60_000)));
    }

    [Fact]
    public void Plan_AnyText_CoversItInOrder() => AnyText.Gen.Sample(AssertCovered);

    [Fact]
    public void Plan_AnyLongText_CoversItInOrder() => AnyText.Long.Sample(AssertCovered, iter: 30);

    public static TheoryData<string> LongTexts => new(
        Repeat("The garden is open. ", 4_500),
        Repeat("花火を見ました。", 11_000),
        Repeat("สวัสดีตอนเช้า", 3_000),
        Repeat("தமிழ் மொழி ", 8_000),
        new string('a', 90_000),
        new string('!', 90_000),
        new string('\uFDFA', 5_000),
        Repeat("👩‍👩‍👧🏽", 9_000),
        Repeat("a\u0301", 30_000),
        "one" + new string(' ', 80_000) + "two",
        Repeat("https://example.org/?q=0123456789abcdef&", 2_000));

    [Theory]
    [MemberData(nameof(LongTexts))]
    public void Plan_LongText_CoversItInOrder(string text) => AssertCovered(text);

    [Fact]
    public void Plan_LongProse_StepsTwoHundredTokens()
    {
        var windows = _planner.Plan(Repeat("The garden is open. ", 1_000));

        // 5 tokens a sentence of 20 characters; a window starts with the space before its first word.
        Assert.All(windows.SkipLast(1), window => Assert.InRange(window.Ids.Length, 254, 256));
        Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.InRange(pair.Second.Start - pair.First.Start, 799, 800));
    }

    [Fact]
    public void Plan_LongText_HasTheIdsOfTheTextItStandsFor()
    {
        var text = Repeat("Das Café öffnet um neun, und die МОСКВА grüßt. ", 400);

        foreach (var window in _planner.Plan(text))
        {
            var ids = fixture.Tokenizer.Tokenize(text.AsSpan(window.Start, window.Length));
            Assert.Equal([1, .. ids, 2], window.Ids.ToArray());
        }
    }

    private void AssertCovered(string text)
    {
        var windows = _planner.Plan(text);
        var end = 0;
        foreach (var window in windows)
        {
            Assert.InRange(window.Ids.Length, 2, 256);
            Assert.True(window.Length > 0);
            Assert.True(window.Start <= end, "a gap");
            Assert.True(window.Start + window.Length > end, "nothing new");
            Assert.False(window.Start > 0 && char.IsLowSurrogate(text[window.Start]) && char.IsHighSurrogate(text[window.Start - 1]), "inside a code point");
            end = window.Start + window.Length;
        }

        Assert.True(windows.Count == 0 ? fixture.Tokenizer.Tokenize(text).Count == 0 : windows[0].Start == 0 && end == text.Length);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
