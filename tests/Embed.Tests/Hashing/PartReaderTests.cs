using Vigil.Contracts;
using Vigil.Embed.Hashing;

namespace Vigil.Embed.Tests.Hashing;

public sealed class PartReaderTests
{
    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { UnreadableReason.NotAnImage, [] },
        { UnreadableReason.NotAnImage, [1, 2, 3] },
        { UnreadableReason.ImageTooLarge, Padded(Images.Png(2, 2), PartReader.MaxImageBytes + 1) },
        { UnreadableReason.ImageTooLarge, new byte[PartReader.MaxImageBytes + 1] },
        { UnreadableReason.Pixels, Images.Png(10_000, 5_001) },
        { UnreadableReason.Pixels, Images.Jpeg(65_535, 65_535) },
    };

    /// <summary>3.6 billion pixels, in every format that can say so (a lossy or lossless WebP has 14 bits).</summary>
    public static TheoryData<string, byte[]> Huge => new()
    {
        { "image/png", Images.Png(60_000, 60_000) },
        { "image/gif", Images.Gif(60_000, 60_000) },
        { "image/jpeg", Images.Jpeg(60_000, 60_000) },
        { "image/webp", Images.WebpExtended(60_000, 60_000) },
        { "image/bmp", Images.Bmp(60_000, -60_000) },
        { "image/avif", Images.Heif("avif"u8, 60_000, 60_000) },
        { "image/heic", Images.Heif("heic"u8, 60_000, 60_000) },
    };

    // Pitfall 56: refused from the header, before any pixel.
    [Theory]
    [MemberData(nameof(Huge))]
    public void Read_HeaderThatClaims60000By60000_IsRefusedWithoutRoomForIt(string mime, byte[] bytes)
    {
        var (digests, unreadable) = HostileBytes.Within(1 << 16, () => PartReader.Read([new ImagePart(bytes, mime)]));

        Assert.Equal([new UnreadablePart(0, UnreadableReason.Pixels)], unreadable);
        Assert.Equal((mime, 60_000, 60_000), (digests[0].Mime, digests[0].Width, digests[0].Height));
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Read_ImageThatCannotBeUsed_IsListedAndHashed(string reason, byte[] bytes)
    {
        var (digests, unreadable) = PartReader.Read([new TextPart("beside it"), new ImagePart(bytes, "image/png")]);

        Assert.Equal([new UnreadablePart(1, reason)], unreadable);
        Assert.Equal(bytes.Length, digests[1].Size);
        Assert.Equal(32, digests[1].Sha256.Length);
    }

    [Fact]
    public void Read_ImageAtItsLimits_IsReadable()
    {
        var (_, unreadable) = PartReader.Read([
            new ImagePart(Padded(Images.Png(2, 2), PartReader.MaxImageBytes), ""),
            new ImagePart(Images.Png(10_000, 5_000), ""),
        ]);

        Assert.Empty(unreadable);
    }

    [Fact]
    public void Read_PublishersType_IsNotTrusted()
    {
        var (digests, _) = PartReader.Read([new ImagePart(Images.Gif(3, 4), "image/png")]);

        Assert.Equal("image/gif", digests[0].Mime);
    }

    private static byte[] Padded(byte[] image, int length)
    {
        Array.Resize(ref image, length);
        return image;
    }
}
