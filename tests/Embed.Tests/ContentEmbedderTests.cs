using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Vigil.Contracts;

namespace Vigil.Embed.Tests;

public sealed class ContentEmbedderTests(EncoderFixture fixture)
{
    private const string Threat = "I will come to your house tonight and break every window";

    private readonly ContentEmbedder _embedder = new(fixture.Encoder);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Embed_SeveralItems_RowsAreTheirOwnTexts()
    {
        using var batch = _embedder.Embed([Item("a short one"), Item("the second, somewhat longer, item"), Item("third")], Cancellation);

        Assert.Equal([0, 1, 2], batch.Items.Select(item => item.FirstRow));
        foreach (var item in batch.Items)
        {
            using var alone = fixture.Encoder.Encode([item.Windows[0].Text], Cancellation);
            Assert.Equal(1f, Cosine(alone.Row(0), batch.Vectors.Row(item.FirstRow)), 1e-5f);
        }
    }

    [Fact]
    public void Embed_LastSentenceOfNinetyThousandCharacters_HasItsWindow()
    {
        var text = string.Concat(Enumerable.Repeat("The garden is open and the tea is warm. ", 2_249)) + Threat;
        Assert.InRange(text.Length, 89_000, 100_000);

        using var batch = _embedder.Embed([Item(text)], Cancellation);

        var item = Assert.Single(batch.Items);
        Assert.False(item.Partial);
        var last = item.Windows[^1];
        Assert.EndsWith(Threat, last.Text, StringComparison.Ordinal);
        Assert.Equal(text.Length, last.Start + last.Text.Length);
        using var region = fixture.Encoder.Encode([text[last.Start..]], Cancellation);
        Assert.Equal(1f, Cosine(region.Row(0), batch.Vectors.Row(item.FirstRow + item.Windows.Count - 1)), 1e-5f);
        // It stands out against the windows before it.
        using var threat = fixture.Encoder.Encode([Threat], Cancellation);
        Assert.True(Cosine(threat.Row(0), batch.Vectors.Row(batch.Vectors.Count - 1)) > Cosine(threat.Row(0), batch.Vectors.Row(1)) + 0.02f);
    }

    [Fact]
    public void Embed_SentenceSplitOverTenParts_IsWholeInTheJoinedWindow()
    {
        var words = Threat.Split(' ');
        var parts = Enumerable.Range(0, 10).Select(i => string.Join(' ', words.Skip(i * words.Length / 10).Take(((i + 1) * words.Length / 10) - (i * words.Length / 10)))).ToArray();

        using var batch = _embedder.Embed([Item(parts)], Cancellation);

        var item = Assert.Single(batch.Items);
        Assert.Equal(Enumerable.Range(0, 10).Append(TextWindow.JoinedText), item.Windows.Select(window => window.Part));
        Assert.Equal(string.Join('\n', parts), item.Windows[^1].Text);
        using var whole = fixture.Encoder.Encode([Threat], Cancellation);
        Assert.Equal(1f, Cosine(whole.Row(0), batch.Vectors.Row(10)), 1e-4f);
    }

    [Fact]
    public void Embed_MoreWindowsThanTheLimit_IsPartialWithFirstAndLast()
    {
        var text = string.Concat(Enumerable.Repeat("花火を見ました。", 12_500));

        using var batch = _embedder.Embed([Item(text)], Cancellation);

        var item = Assert.Single(batch.Items);
        Assert.True(item.Partial);
        Assert.Equal(ItemWindows.Limit, item.Windows.Count);
        Assert.Equal(0, item.Windows[0].Start);
        Assert.Equal(text.Length, item.Windows[^1].Start + item.Windows[^1].Text.Length);
    }

    [Fact]
    public void Embed_PictureAndBlankText_HasNoWindowAndNoRow()
    {
        var content = new Content { Id = "a", Parts = [new ImagePart(Images.Png(2, 3), "text/html"), new TextPart(" \u200B ")] };

        using var batch = _embedder.Embed([content, Item("after it")], Cancellation);

        Assert.Empty(batch.Items[0].Windows);
        Assert.Empty(batch.Items[0].Unreadable);
        Assert.Equal(("image/png", 2, 3), (batch.Items[0].Parts[0].Mime, batch.Items[0].Parts[0].Width, batch.Items[0].Parts[0].Height));
        Assert.Equal(0, batch.Items[1].FirstRow);
        Assert.Equal(1, batch.Vectors.Count);
    }

    [Fact]
    public void Embed_OneTextBesideABlankOne_IsNotJoined()
    {
        using var batch = _embedder.Embed([Item("only this", "  ")], Cancellation);

        Assert.Equal([0], batch.Items[0].Windows.Select(window => window.Part));
    }

    [Fact]
    public void Embed_NoItems_IsEmpty()
    {
        using var batch = _embedder.Embed([], Cancellation);

        Assert.Empty(batch.Items);
        Assert.Equal(0, batch.Vectors.Count);
    }

    [Fact]
    public void Embed_AnyItems_RowsAddUpAndWindowsAreCutsOfTheirText()
    {
        AnyText.Gen.Array[0, 4].Array[0, 5].Sample(
            items =>
            {
                using var batch = _embedder.Embed([.. items.Select(Item)], Cancellation);
                var row = 0;
                foreach (var item in batch.Items)
                {
                    var texts = item.Content.Parts.Cast<TextPart>().Select(part => part.Text).ToList();
                    Assert.Equal(row, item.FirstRow);
                    row += item.Windows.Count;
                    Assert.Equal(texts.Count, item.Parts.Count);
                    Assert.All(item.Windows, window =>
                    {
                        var text = window.Part == TextWindow.JoinedText ? string.Join('\n', texts) : texts[window.Part];
                        Assert.Equal(text.Substring(window.Start, window.Text.Length), window.Text);
                        Assert.InRange(window.UnknownTokens, 0, window.Tokens - 2);
                    });
                }

                Assert.Equal(row, batch.Vectors.Count);
            },
            iter: 25);
    }

    [Fact]
    public void Embed_Digests_AreThoseOfTheBytes()
    {
        const string Text = "grüße \uD83D\uDE00";
        var image = "abc"u8.ToArray();

        using var batch = _embedder.Embed([new Content { Id = "a", Parts = [new TextPart(Text), new ImagePart(image, "image/png")] }], Cancellation);

        var parts = batch.Items[0].Parts;
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(Text)), parts[0].Sha256);
        Assert.Equal(SHA256.HashData(image), parts[1].Sha256);
        Assert.Equal("900150983cd24fb0d6963f7d28e17f72", Convert.ToHexStringLower(parts[1].Md5));
        Assert.Equal(("image", 3L), (parts[1].Kind, parts[1].Size));
        Assert.Equal([new UnreadablePart(1, UnreadableReason.NotAnImage)], batch.Items[0].Unreadable);
    }

    [Fact]
    public void DigestOnly_Items_HaveDigestsAndNoWindows()
    {
        using var batch = ContentEmbedder.DigestOnly([Item("a text")], 512);

        Assert.Empty(batch.Items[0].Windows);
        Assert.Equal(SHA256.HashData("a text"u8), batch.Items[0].Parts[0].Sha256);
        Assert.Equal(0, batch.Vectors.Count);
    }

    [Fact]
    public void Embed_Timings_NameBothStages()
    {
        using var batch = _embedder.Embed([Item("a text")], Cancellation);

        Assert.Equal(["tokenize", "embed"], batch.Timings.Select(timing => timing.Stage));
        Assert.All(batch.Timings, timing => Assert.True(timing.Seconds > 0));
    }

    private static Content Item(params string[] texts) => new() { Id = "a", Parts = [.. texts.Select(text => new TextPart(text))] };

    private static float Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => TensorPrimitives.Dot(left, right);
}
