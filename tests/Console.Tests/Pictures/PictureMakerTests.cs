using System.Text;
using NetVips;

namespace Vigil.ReviewConsole.Pictures;

public sealed class PictureMakerTests : IDisposable
{
    private readonly PictureMaker _maker = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _maker.Dispose();

    [Fact]
    public async Task Make_TurnedByItsCamera_StandsUprightAndSaysNothingOfIt()
    {
        using var shown = await MadeAsync(Drawn.TurnedJpeg());

        Assert.Equal((120, 240), (shown.Width, shown.Height));
        Assert.DoesNotContain(shown.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal) || field == "orientation");
    }

    [Fact]
    public async Task Make_LargerThanAPage_IsShrunk()
    {
        using var shown = await MadeAsync(Drawn.Jpeg(4_000, 1_000));

        Assert.Equal((PictureMaker.LongestSide, PictureMaker.LongestSide / 4), (shown.Width, shown.Height));
    }

    [Fact]
    public async Task Make_ColoursOfPrintersOrSixteenBits_AreShown()
    {
        foreach (var bytes in new[] { Drawn.CmykJpeg(), Drawn.DeepPng() })
        {
            using var shown = await MadeAsync(bytes);
            Assert.Equal((240, 120, 3), (shown.Width, shown.Height, shown.Bands));
            // Left dark, right light, as drawn.
            Assert.True(shown[5, 60][0] < 60 && shown[235, 60][0] > 190, $"{shown[5, 60][0]} to {shown[235, 60][0]}");
        }
    }

    // What is transparent can hold a picture that only some programs show.
    [Fact]
    public async Task Make_ColoursBelowTransparency_AreShownBesideTheWhite()
    {
        var bytes = Drawn.HiddenPng();

        using var seen = await MadeAsync(bytes);
        using var opaque = await MadeAsync(bytes, isOpaque: true);

        Assert.True(PictureShape.Of(bytes).HasAlpha);
        Assert.True(seen[32, 32][0] > 250, "white");
        Assert.True(opaque[32, 32][0] < 5, "black");
    }

    [Fact]
    public void Of_ThreeThousandFrames_IsThreeStills()
    {
        var shape = PictureShape.Of(Drawn.Gif(3_000));

        Assert.Equal((3_000, 3, 0, 2_999), (shape.Frames, shape.Stills.Count, shape.Stills[0], shape.Stills[2]));
    }

    [Fact]
    public async Task Make_EachStillOfAnAnimation_IsAnother()
    {
        var bytes = Drawn.Gif(9);

        using var first = await MadeAsync(bytes);
        using var last = await MadeAsync(bytes, still: 2);

        Assert.Equal((16, 16), (last.Width, last.Height));
        using var difference = (first - last).Abs();
        Assert.True(difference.Max() > 20);
    }

    [Fact]
    public void Of_MorePixelsThanAreDecoded_IsRefusedByItsHeader()
    {
        var shape = PictureShape.Of(Drawn.LargePng(16_000));

        Assert.Equal("it has 256,000,000 pixels, more than are decoded", shape.Why);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>1</script></svg>")]
    [InlineData("<!DOCTYPE html><title>x</title>")]
    [InlineData("%PDF-1.4\n%%EOF")]
    [InlineData("")]
    public async Task Make_WhatIsNoPicture_SaysSo(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        var picture = await _maker.MakeAsync(bytes, 0, isOpaque: false, Cancellation);

        Assert.Null(picture.WebP);
        Assert.StartsWith("it is no picture", picture.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_CutOffAnywhere_IsShownOrRefusedAndNeverThrows()
    {
        foreach (var whole in new[] { Drawn.Jpeg(), Drawn.DeepPng(), Drawn.Gif(3) })
        {
            for (var length = 1; length < whole.Length; length += Math.Max(1, whole.Length / 20))
            {
                var picture = await _maker.MakeAsync(whole.AsMemory(0, length), 0, isOpaque: false, Cancellation);
                Assert.True(picture.WebP is null ? picture.Why.Length > 0 : picture.Why.Length == 0);
            }
        }
    }

    private async Task<Image> MadeAsync(byte[] bytes, int still = 0, bool isOpaque = false)
    {
        var picture = await _maker.MakeAsync(bytes, still, isOpaque, Cancellation);
        Assert.Equal("", picture.Why);
        return Image.WebploadBuffer(picture.WebP!);
    }
}
