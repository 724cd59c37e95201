using System.Text;
using CsCheck;
using Vigil.Broker.Log;
using Vigil.Broker.Protocol;
using Vigil.Broker.Protocol.Messages;

namespace Vigil.Broker.Tests.Log;

public sealed class RecordBatchTests
{
    [Fact]
    public void Crc32C_OfTheKnownText_IsTheKnownValue() =>
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void Check_ABatchWithAnyByteChanged_IsRefused()
    {
        var batch = RawClient.Batch(new ProducerIdentity(7, 0), 0, count: 3);
        Assert.Equal(ErrorCode.None, RecordBatch.Check(batch, out _));

        // The offset and the leader's epoch are the broker's own to write.
        foreach (var place in Enumerable.Range(8, 4).Concat(Enumerable.Range(16, batch.Length - 16)))
        {
            var damaged = batch.ToArray();
            damaged[place] ^= 0x5a;
            Assert.NotEqual(ErrorCode.None, RecordBatch.Check(damaged, out _));
        }
    }

    [Fact]
    public void Check_AnyRecordsUnderASoundHeader_NeverThrows() =>
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 5]).Sample((records, count) =>
        {
            var batch = new byte[BatchHeader.Bytes + records.Length];
            records.CopyTo(batch, BatchHeader.Bytes);
            RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, 0, Math.Max(0, count - 1), 0, 0, -1, -1, -1, count));
            RecordBatch.Check(batch, out _);
        });

    [Fact]
    public void Decoders_OfAnyBytes_EndOrSayThatTheyAreDamaged() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Bool).Sample((bytes, withMagic) =>
        {
            byte[] frame = withMagic ? [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0, .. bytes] : bytes;
            Tolerate(() => Lz4Frame.Decode(frame, 10_000));
            Tolerate(() => SnappyBlock.Decode(bytes, 10_000));
        });

    [Fact]
    public void TryExpand_BatchThatGrowsA1000Fold_EndsAtItsLimit()
    {
        // 300 MiB of zeros in 300 KiB: such a batch counts as one that cannot be read, and is found by its header.
        var bomb = Server.HostileFrames.MakeBomb(300);
        BatchHeader.TryRead(bomb, out var header);

        Assert.False(HostileBytes.Within(300L << 20, () => BatchRecords.TryExpand(bomb, header, out _)));
        Assert.Equal((0, 2_000), HostileBytes.Within(300L << 20, () => TimestampSearch.Within(bomb, header, 1_500)));
    }

    [Fact]
    public void Decoders_OfAClaimedLength_MakeNoRoomForItBeforeItIsThere()
    {
        // A snappy block says first how long it will be: 64 MiB here, and nothing follows.
        byte[] claimed = [0x80, 0x80, 0x80, 0x20];
        var batch = new byte[BatchHeader.Bytes + claimed.Length];
        claimed.CopyTo(batch, BatchHeader.Bytes);
        RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, (short)CompressionCodec.Snappy, 0, 0, 0, -1, -1, -1, 1));
        BatchHeader.TryRead(batch, out var header);

        Assert.False(HostileBytes.Within(1 << 20, () => BatchRecords.TryExpand(batch, header, out _)));
    }

    [Fact]
    public void TryExpand_AnyBytesUnderAnyCodec_EndsOrIsFalse() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Short[0, 7]).Sample((packed, codec) =>
        {
            var batch = new byte[BatchHeader.Bytes + packed.Length];
            packed.CopyTo(batch, BatchHeader.Bytes);
            RecordBatch.Seal(batch, new BatchHeader(0, batch.Length, 0, codec, 0, 0, 0, -1, -1, -1, 1));
            BatchHeader.TryRead(batch, out var header);
            if (BatchRecords.TryExpand(batch, header, out var bytes))
            {
                var records = new Records(bytes);
                while (records.TryNext(out _))
                {
                }
            }

            TimestampSearch.Within(batch, header, 1);
        });

    private static void Tolerate(Func<byte[]> decode)
    {
        try
        {
            Assert.True(decode().Length <= 10_000);
        }
        catch (InvalidDataException)
        {
        }
    }
}
