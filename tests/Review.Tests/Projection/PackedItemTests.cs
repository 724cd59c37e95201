using CsCheck;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Projection;

public sealed class PackedItemTests
{
    private static readonly DictionaryCoder Coder = new("some words that many messages share, and some more of them"u8.ToArray());

    private static readonly string[] Pieces = ["some words that many ", "messages share", "\0\0\0\0", "x", "and some more of them"];

    [Fact]
    public void Restore_OfWhatWasShortened_IsTheMessage() => Gen.OneOf(
        Gen.Byte.Array[0, 2_000],
        Gen.Byte[0, 3].Array[0, 5_000],
        Gen.Int[0, 4].Select(i => Pieces[i]).Array[0, 400].Select(words => System.Text.Encoding.UTF8.GetBytes(string.Concat(words))))
        .Sample(message => Assert.Equal(message, Coder.Restore(Coder.Shorten(message))));

    [Fact]
    public void Shorten_OfWhatIsInTheDictionary_IsMuchShorter() =>
        Assert.InRange(Coder.Shorten("many messages share, and some more of them"u8).Length, 1, 12);

    [Fact]
    public void Restore_OfAnyBytes_IsAMessageOrRefusedAndNeverHuge() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        try
        {
            return Coder.Restore(bytes).Length <= 16 * 1024 * 1024;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    });

    [Fact]
    public void Unpack_OfAPackedItem_HasAllThatAReviewerSees()
    {
        var item = LogRecords.Ranked("x", 7, 'A', Disposition.Queued, LogRecords.Day0, 5, value: 3);
        item.Provenance = new() { Embedder = "e", Ranker = "r" };
        item.Scores.Add(new PolicyScore { Policy = "hate", Probability = 0.25, Threshold = 0.5 });
        item.Evidence = new();
        item.Evidence.Neighbours.Add(new Neighbour { EntryId = "n1", Similarity = 0.5, Policy = "hate", Side = Side.Violation });
        item.Parts.Add(new PartDigest { Kind = "image", Sha256 = ByteString.CopyFrom(1, 2, 3), Size = 9 });
        item.Timings.Add(new StageTiming { Stage = "rank", Seconds = 1 });
        var expected = item.Clone();
        expected.Timings.Clear();
        expected.EnqueuedMs = 0;

        var packed = PackedItem.Pack(item);
        var whole = packed.Bytes.Concat(packed.Shared).ToArray();

        Assert.Equal(expected, PackedItem.Unpack(whole, expected.Version.ToDomain()));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Unpack_OfNumbersThatAreNone_HasThemAbsent(double none)
    {
        var item = LogRecords.Ranked("x", 7, 'A', Disposition.Queued, LogRecords.Day0, 5);
        item.Scores.Add(new PolicyScore { Policy = "hate" });
        item.Evidence = new();
        item.Evidence.Neighbours.Add(new Neighbour { EntryId = "n1" });
        item.Evidence.Reasons.Add(new Reason { Feature = "f" });
        var expected = item.Clone();
        LogRecords.SetFractions(item, none);
        LogRecords.SetFractions(expected, 0);
        expected.EnqueuedMs = 0;

        var packed = PackedItem.Pack(item);

        Assert.Equal(expected, PackedItem.Unpack([.. packed.Bytes, .. packed.Shared], expected.Version.ToDomain()));
    }
}
