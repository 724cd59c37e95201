using System.Globalization;
using System.Text;
using CsCheck;
using Vigil.Contracts;

namespace Vigil.Embed.Tests.Tokenizers;

public sealed class CleaningTests
{
    [Fact]
    public void Clean_GoldenTexts_EqualsTheReference()
    {
        var differing = Golden.Clean.Where(line => Clean(line.Text) != line.Clean).Select(line => line.Id).ToList();

        Assert.Empty(differing);
        Assert.True(Golden.Clean.Count > 1_400);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Already Lower", "already lower")]
    [InlineData("soft\u00ADhy\u200Bphen\uFEFF", "softhyphen")]
    [InlineData("tag\U000E0041ged", "tagged")]
    [InlineData("с\u0430r", "car")]
    [InlineData("сад", "сад")]
    [InlineData("сад and car", "сад and car")]
    [InlineData("c\u200Bад", "caд")]
    [InlineData("\u0130stanbul", "\u0130stanbul")]
    [InlineData("\u03A3\u039F\u03A3", "\u03C3\u03BF\u03C3")]
    [InlineData("\U00010400", "\U00010428")]
    public void Clean_OneRule_DoesAsItSays(string text, string expected)
    {
        Assert.Equal(expected, Clean(text));
    }

    [Fact]
    public void Clean_LoneSurrogate_IsReplaced()
    {
        // Not in attributes: those are stored as UTF-8, which has no lone surrogates.
        Assert.Equal("a\uFFFDb\uFFFD", Clean("A\uD800b\uDC00"));
    }

    [Fact]
    public void Clean_AnyString_IsValidAndIdempotent()
    {
        AnyText.Gen.Sample(text =>
        {
            var once = Clean(text);
            Assert.True(once.Length <= text.Length);
            Assert.Equal(once, Clean(once));
            Assert.DoesNotContain(once.EnumerateRunes(), rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Surrogate);
        });
    }

    private static string Clean(string text)
    {
        var output = new char[text.Length];
        return new(output, 0, Cleaning.Clean(text, output));
    }
}
