using CsCheck;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Side = Vigil.Contracts.Side;

namespace Vigil.Recall.Tests.Following;

public sealed class IndexedEntryReaderTests
{
    [Fact]
    public void Read_AnyChangeOfASoundEntry_IsAnEntryOrRefused()
    {
        var floats = BankLog.Entry("e", Side.Violation, ["hate", "threat"], Vectors.Random(new Random(1), 16));
        floats.Hashes.Add(new ContentHash { Algorithm = ContentHash.Types.Algorithm.Sha256, Value = ByteString.CopyFrom(new byte[32]) });
        floats.SourceTimeMs = 1_767_225_600_000;
        var quantised = BankLog.Entry("e", Side.Benign, ["hate"]);
        quantised.Vectors.Add(new EntryVector { Quantised = ByteString.CopyFrom([.. Enumerable.Range(1, 16).Select(number => (byte)number)]), Scale = 0.01f });
        var reader = new IndexedEntryReader(BankLog.Embedder, 16);
        byte[][] sound = [floats.ToByteArray(), quantised.ToByteArray()];
        Assert.All(sound, bytes => Assert.Null(reader.Read("e", bytes).Refusal));

        HostileBytes.Near(sound).Sample(
            bytes =>
            {
                var (entry, refusal) = HostileBytes.Within(1 << 20, () => reader.Read("e", bytes));
                Assert.True(entry is not null || refusal is { Length: > 0 });
            },
            iter: 3_000);
    }
}
