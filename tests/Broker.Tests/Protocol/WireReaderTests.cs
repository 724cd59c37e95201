using CsCheck;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Tests.Protocol;

public sealed class WireReaderTests
{
    private static readonly Action<WireReader>[] Reads =
    [
        reader => reader.String(),
        reader => reader.NullableString(),
        reader => reader.Bytes(),
        reader => reader.Int64(),
        reader => reader.Uuid(),
        reader => reader.SkipTags(),
        reader => reader.Array(r => r.String()),
        reader => reader.NullableArray(r => r.Array(inner => inner.Int32())),
    ];

    [Fact]
    public void Read_AnyBytes_EndsOrSaysThatTheyAreMalformed() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Bool, Gen.Int[0, Reads.Length - 1].Array[1, 20]).Sample((bytes, flexible, reads) =>
        {
            var reader = new WireReader(bytes) { Flexible = flexible };
            try
            {
                foreach (var index in reads)
                {
                    Reads[index](reader);
                }
            }
            catch (MalformedFrameException)
            {
            }

            return reader.Remaining >= 0;
        });

    [Fact]
    public void Read_WhatWasWritten_IsTheSame() =>
        Gen.Select(Gen.Bool, Gen.String.AlphaNumeric.Array[0, 5], Gen.Long, Gen.Byte.Array[0, 2_000]).Sample((flexible, texts, number, bytes) =>
        {
            using var writer = new WireWriter { Flexible = flexible };
            writer.Array(texts, (w, text) => w.String(text));
            writer.Int64(number);
            writer.String(null);
            writer.Bytes(bytes);
            writer.NoTags();
            var reader = new WireReader(writer.Frame[4..]) { Flexible = flexible };

            Assert.Equal(texts, reader.Array(r => r.String()));
            Assert.Equal(number, reader.Int64());
            Assert.Null(reader.NullableString());
            Assert.Equal(bytes, reader.Bytes().ToArray());
            reader.SkipTags();
            Assert.Equal(0, reader.Remaining);
        });
}
