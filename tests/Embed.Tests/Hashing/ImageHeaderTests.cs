using CsCheck;
using Vigil.Embed.Hashing;

namespace Vigil.Embed.Tests.Hashing;

public sealed class ImageHeaderTests
{
    public static TheoryData<string, string, byte[]> Pictures => new()
    {
        { "png", "image/png", Images.Png(640, 480) },
        { "gif", "image/gif", Images.Gif(640, 480) },
        { "jpeg, baseline", "image/jpeg", Images.Jpeg(640, 480) },
        { "jpeg, progressive", "image/jpeg", Images.Jpeg(640, 480, 0xC2) },
        { "webp, extended", "image/webp", Images.WebpExtended(640, 480) },
        { "webp, lossy", "image/webp", Images.WebpLossy(640, 480) },
        { "webp, lossless", "image/webp", Images.WebpLossless(640, 480) },
        { "bmp", "image/bmp", Images.Bmp(640, 480) },
        { "bmp, top down", "image/bmp", Images.Bmp(640, -480) },
        { "bmp, old", "image/bmp", Images.OldBmp(640, 480) },
        { "avif", "image/avif", Images.Heif("avif"u8, 640, 480) },
        { "heic", "image/heic", Images.Heif("heic"u8, 640, 480) },
    };

    [Theory]
    [MemberData(nameof(Pictures))]
    public void TryRead_Picture_TellsTypeAndDimensions(string name, string mime, byte[] bytes)
    {
        Assert.True(ImageHeader.TryRead(bytes, out var header), name);
        Assert.Equal(new ImageHeader(mime, 640, 480), header);
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void TryRead_CutOffAnywhere_NeverThrows(string name, string mime, byte[] bytes)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            if (ImageHeader.TryRead(bytes.AsSpan(0, length), out var header))
            {
                Assert.True(header.Mime == mime, name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void TryRead_AnyByteChanged_NeverThrows(string name, string mime, byte[] bytes)
    {
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            var changed = bytes.ToArray();
            foreach (var (at, value) in changes)
            {
                changed[at] = value;
            }

            _ = (name, mime);
            return !ImageHeader.TryRead(changed, out var header) || header is { Width: >= 0, Height: >= 0 };
        });
    }

    [Fact]
    public void TryRead_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 80].Sample(bytes => ImageHeader.TryRead(bytes, out var header) == (header.Mime.Length > 0));

    [Fact]
    public void TryRead_AnyChangeOfAnyPicture_EndsAndAllocatesNothing() => HostileBytes.Near(
            Images.Png(640, 480), Images.Gif(640, 480), Images.Jpeg(640, 480), Images.WebpExtended(640, 480), Images.WebpLossy(640, 480), Images.WebpLossless(640, 480),
            Images.Bmp(640, 480), Images.OldBmp(640, 480), Images.Heif("avif"u8, 640, 480))
        .Sample(
            bytes =>
            {
                var header = HostileBytes.Within(Call, () => ImageHeader.TryRead(bytes, out var read) ? read : ImageHeader.None);
                return header.Mime.Length == 0 ? header == ImageHeader.None : header is { Width: > 0, Height: > 0 };
            },
            iter: 5_000);

    /// <summary>What the measuring itself takes.</summary>
    private const long Call = 1_024;

    // Nothing but marks without a segment, and boxes without content: each is walked once.
    public static TheoryData<string, byte[]> Endless => new()
    {
        { "fill bytes of a JPEG", [0xFF, 0xD8, .. Enumerable.Repeat((byte)0xFF, PartReader.MaxImageBytes - 2)] },
        { "empty segments of a JPEG", [0xFF, 0xD8, .. Enumerable.Repeat<byte[]>([0xFF, 0xE0, 0, 2], 700_000).SelectMany(segment => segment)] },
        { "boxes of a HEIC", [.. Images.HeifWithoutDimensions("heic"u8), .. Enumerable.Repeat<byte[]>([0, 0, 0, 8, (byte)'f', (byte)'r', (byte)'e', (byte)'e'], 390_000).SelectMany(box => box)] },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void TryRead_ThreeMebibytesWithoutAnEnd_IsNoImageAtOnce(string what, byte[] bytes) =>
        Assert.False(HostileBytes.Within(Call, () => ImageHeader.TryRead(bytes, out _)), what);

    [Fact]
    public void TryRead_HeicWithoutDimensions_IsNoImage() => Assert.False(ImageHeader.TryRead(Images.HeifWithoutDimensions("heic"u8), out _));

    [Theory]
    [InlineData(0u, 480u)]
    [InlineData(640u, 0u)]
    [InlineData(0xFFFFFFFF, 480u)]
    public void TryRead_ImpossibleDimensions_IsNoImage(uint width, uint height)
    {
        Assert.False(ImageHeader.TryRead(Images.Png(width, height), out _));
    }

    [Fact]
    public void TryRead_WebPageCalledPicture_IsNoImage()
    {
        Assert.False(ImageHeader.TryRead("<html><body>not a picture</body></html>"u8, out _));
    }
}
