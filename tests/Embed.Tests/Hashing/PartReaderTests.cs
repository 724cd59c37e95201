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
