using CsCheck;
using Vigil.Rank.Features;

namespace Vigil.Rank.Tests.Features;

public sealed class NgramHasherTests
{
    [Theory]
    [InlineData("You are GREAT", "you are great")]
    [InlineData("you  are\n great", "you are great")]
    [InlineData("you\u200B are\u202E great", "you are great")]
    [InlineData("ｙｏｕ are great", "you are great")]
    public void Buckets_Disguised_AreThoseOfThePlainText(string disguised, string plain) =>
        Assert.Equal(Of(plain), Of(disguised));

    [Fact]
    public void Buckets_ShortText_CountsEveryGramOnce()
    {
        // " ab ": 2-grams 3, 3-grams 2, 4-gram 1, and one word; all distinct.
        Assert.Equal(7, Of("ab").Length);
    }

    [Fact]
    public void Buckets_RepeatedText_AddsOnlyTheSeams() => Assert.True(Of("abc abc abc abc").Length < Of("abc abc").Length + 3);

    [Fact]
    public void Buckets_WordOrder_Matters() => Assert.NotEqual(Of("dog bites man").Order(), Of("man bites dog").Order());

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u200B")]
    public void Buckets_NothingToRead_AreNone(string text) => Assert.Empty(Of(text));

    [Fact]
    public void Buckets_AnyText_AreDistinctInRangeAndRepeatable()
    {
        Gen.Char.Array[0, 300].Sample(characters =>
        {
            var hasher = new NgramHasher();
            var first = hasher.Buckets(characters).ToArray();
            var second = hasher.Buckets(characters).ToArray();
            return first.SequenceEqual(second) && first.Distinct().Count() == first.Length && first.All(bucket => bucket is >= 0 and < NgramHasher.BucketCount);
        });
    }

    private static int[] Of(string text) => new NgramHasher().Buckets(text).ToArray();
}
