using System.Globalization;
using System.Text;
using CsCheck;
using Google.Protobuf;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using static Vigil.Ingest.Tests.TestRecords;
using Content = Vigil.Contracts.Wire.Content;
using Image = Vigil.Contracts.Wire.Image;

namespace Vigil.Ingest.Tests.Decoding;

/// <summary>Records made to hurt: each ends in a named outcome, within two seconds, and costs no more than its size warrants.</summary>
public sealed class HostileRecordTests
{
    private const int Deep = 10_000;

    /// <summary>The worst known: five MiB of parts of two bytes each.</summary>
    private const int MostPerByte = 80;

    private const long Slack = 1 << 20;

    private static readonly byte[][] Sound = [Everything().ToByteArray(), Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(Everything()))];

    private static readonly HashSet<string> Reasons =
    [
        RejectReason.Undecodable, RejectReason.EmptyValue, RejectReason.Schema, RejectReason.RegistryFrame, RejectReason.NoId, RejectReason.IdTooLong, RejectReason.KeyMismatch,
        RejectReason.Empty, RejectReason.TooManyParts, RejectReason.TextTooLong, RejectReason.RecordTooLarge,
    ];

    [Fact]
    public void Decode_IdOf300Bytes_IsRejectedInEveryForm()
    {
        var id = new string('i', 300);
        AssertRejected(RejectReason.IdTooLong, Proto(id, Post(id)));
        AssertRejected(RejectReason.IdTooLong, Proto(null, Post(id)));
        AssertRejected(RejectReason.IdTooLong, Json(id, $$"""{"id":"{{id}}","parts":[{"text":"x"}]}"""));
        AssertRejected(RejectReason.IdTooLong, Record(id, null));

        // What goes on to status and dead letters is bounded whatever came in.
        Assert.Equal(ContentDecoder.MaxIdBytes, ContentDecoder.Decode(Proto(id, Post(id))).ContentId.Length);
    }

    [Fact]
    public void Decode_RecordOfExactlyFiveMebibytes_IsReadAndOneByteMoreIsNot()
    {
        var image = Pictured(ContentDecoder.MaxRecordBytes / 2);
        image.Parts.Add(new Part { Image = new Image { Bytes = ByteString.CopyFrom(new byte[ContentDecoder.MaxRecordBytes - image.CalculateSize() - 200]) } });
        var value = image.ToByteArray();
        var padding = ContentDecoder.MaxRecordBytes - value.Length - 1 - "pad".Length;

        var whole = Record("a", value, headers: ("pad", new string('p', padding)));
        Assert.Equal((5L << 20, DecodedKind.Content), (whole.Size, ContentDecoder.Decode(whole).Kind));
        AssertRejected(RejectReason.RecordTooLarge, Record("a", value, headers: ("pad", new string('p', padding + 1))));
    }

    public static TheoryData<string, string, string> DeepValues => new()
    {
        // Unknown fields are ignored, however deep; what is known must have its form.
        { "", """{"id":"a","parts":[{"text":"x"}],"mood":""", "[" },
        { "", """{"id":"a","parts":[{"text":"x"}],"mood":""", """{"m":""" },
        { RejectReason.Undecodable, """{"id":"a","parts":""", "[" },
        { RejectReason.Undecodable, """{"id":"a","parts":[{"text":"x"}],"reach":""", """{"views":""" },
        { RejectReason.Undecodable, """{"id":""", "[" },
    };

    [Theory]
    [MemberData(nameof(DeepValues))]
    public void Decode_JsonNested10000Deep_HasItsOutcome(string reason, string begin, string open)
    {
        var json = $"{begin}{string.Concat(Enumerable.Repeat(open, Deep))}1{string.Concat(Enumerable.Repeat(open[0] == '[' ? "]" : "}", Deep))}}}";

        Assert.Equal(reason, Judged(Json("a", json)).Reason);
    }

    [Theory]
    [InlineData("\"revision\":9223372036854775808")]
    [InlineData("\"revision\":\"9223372036854775808\"")]
    [InlineData("\"revision\":-18446744073709551616")]
    [InlineData("\"revision\":1e400")]
    [InlineData("\"reports\":18446744073709551616")]
    [InlineData("\"reach\":{\"views\":1e30}")]
    [InlineData("\"reach\":{\"followers\":\"99999999999999999999999\"}")]
    [InlineData("\"reach\":{\"viewsPerHour\":1e999}")]
    public void Decode_NumberBeyond64Bits_IsUndecodable(string field) =>
        AssertRejected(RejectReason.Undecodable, Json("a", $$"""{"id":"a",{{field}},"parts":[{"text":"x"}]}"""));

    [Fact]
    public void Decode_NumberOfAMillionDigits_IsUndecodable()
    {
        var digits = new string('9', 1_000_000);
        AssertRejected(RejectReason.Undecodable, Json("a", $$"""{"id":"a","revision":{{digits}},"parts":[{"text":"x"}]}"""));
        AssertRejected(RejectReason.Undecodable, Json("a", $$"""{"id":"a","revision":"{{digits}}","parts":[{"text":"x"}]}"""));
        AssertRejected(RejectReason.Undecodable, Json("a", $$"""{"id":"a","createdAt":"{{digits}}","parts":[{"text":"x"}]}"""));
    }

    [Fact]
    public void Decode_VarintBeyond64Bits_IsUndecodable() =>
        AssertRejected(RejectReason.Undecodable, Record("a", [.. Post("a").ToByteArray(), 0x10, .. Enumerable.Repeat((byte)0xff, 10), 1]));

    public static TheoryData<string, byte[]> UnknownFields => new()
    {
        { "varint", [0xF8, 0x07, 0x96, 0x01] },
        { "64 bits", [0xF9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8] },
        { "bytes", [0xFA, 0x07, 3, 0xff, 0xfe, 0xfd] },
        { "32 bits", [0xFD, 0x07, 1, 2, 3, 4] },
        { "a group", [0xFB, 0x07, 0x08, 1, 0xFC, 0x07] },
        { "the largest number", [0xF8, 0xff, 0xff, 0xff, 0x0f, 1] },
        { "a known number of another wire type", [0x58 | 2, 3, 1, 2, 3] },
        { "a thousand of them", [.. Enumerable.Repeat<byte[]>([0xF8, 0x07, 1], 1_000).SelectMany(one => one)] },
    };

    [Theory]
    [MemberData(nameof(UnknownFields))]
    public void Decode_ProtobufWithUnknownFields_IsContentWithoutThem(string what, byte[] unknown)
    {
        var plain = ContentDecoder.Decode(Proto("a", Post("a")));
        var decoded = Judged(Record("a", [.. unknown, .. Post("a").ToByteArray(), .. unknown]));

        Assert.Equal((what, DecodedKind.Content, plain.Version), (what, decoded.Kind, decoded.Version));
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "groups 10,000 deep", [.. Post("a").ToByteArray(), .. Enumerable.Repeat<byte[]>([0xFB, 0x07], Deep).SelectMany(tag => tag)] },
        { "a group that ends as another", [.. Post("a").ToByteArray(), 0xFB, 0x07, 0x84, 0x08] },
        { "two GiB claimed for a part", [0x0A, 1, (byte)'a', 0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1] },
        { "two GiB claimed for an id", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, (byte)'a'] },
        { "two GiB claimed for an unknown field", [.. Post("a").ToByteArray(), 0xFA, 0x07, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1] },
        { "a length below zero", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, (byte)'a'] },
        { "field number 0", [0x02, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Decode_ProtobufThatIsNone_IsUndecodable(string what, byte[] value) => Assert.Equal((what, RejectReason.Undecodable), (what, Judged(Record("a", value)).Reason));

    public static TheoryData<string, string, byte[]> Swollen => new()
    {
        { "parts of two bytes", RejectReason.TooManyParts, Repeated(Post("a").ToByteArray(), [0x4A, 0]) },
        { "images of four bytes", RejectReason.TooManyParts, Repeated(Post("a").ToByteArray(), [0x4A, 2, 0x12, 0]) },
        { "attributes of two bytes", "", Repeated(Post("a").ToByteArray(), [0x62, 0]) },
        { "unknown fields of three bytes", "", Repeated(Post("a").ToByteArray(), [0xF8, 0x07, 1]) },
        { "empty parts in JSON", RejectReason.TooManyParts, [.. """{"id":"a","parts":[{}"""u8, .. Repeated([], ",{}"u8), .. "]}"u8] },
        { "an unknown list in JSON", "", [.. """{"id":"a","parts":[{"text":"x"}],"m":[1"""u8, .. Repeated([], ",1"u8), .. "]}"u8] },
        { "spaces in JSON", "", [.. """{"id":"a","parts":[{"text":"x"}]"""u8, .. Repeated([], " "u8), .. "}"u8] },
        { "lone surrogates in JSON", RejectReason.TextTooLong, [.. """{"id":"a","parts":[{"text":" """u8, .. Repeated([], "\\ud800"u8), .. "\"}]}"u8] },
        { "bytes that are no UTF-8", RejectReason.TextTooLong, BrokenText() },
        { "brackets that nothing closes", RejectReason.Undecodable, [.. """{"id":"a","m":"""u8, .. Repeated([], "["u8)] },
    };

    [Theory]
    [MemberData(nameof(Swollen))]
    public void Decode_FiveMebibytesOfTheSmallestThings_HasItsOutcomeInBoundedMemory(string what, string reason, byte[] value) =>
        Assert.Equal((what, reason), (what, Judged(Record("a", value)).Reason));

    [Fact]
    public void Decode_AnyChangeOfASoundRecord_IsContentOrHasAReasonAndIsCheap() => Gen.Select(
            HostileBytes.Near(Sound),
            Gen.OneOf((string?)null, WireHeaders.Json, "application/x-protobuf"),
            Gen.OneOf((string?)null, "Content/1", "Content/2", "/", "Content/99999999999"))
        .Sample(
            (bytes, contentType, schema) =>
            {
                List<(string, string)> headers = [];
                if (contentType is not null)
                {
                    headers.Add((WireHeaders.ContentType, contentType));
                }

                if (schema is not null)
                {
                    headers.Add((WireHeaders.Schema, schema));
                }

                var decoded = Judged(Record("a", bytes, headers: [.. headers]));
                Assert.Equal(decoded.Kind == DecodedKind.Rejected, decoded.Reason.Length > 0);
                Assert.True(decoded.Reason.Length == 0 || Reasons.Contains(decoded.Reason), decoded.Reason);
            },
            iter: 3_000);

    private static DecodedRecord Judged(ConsumedRecord record) => HostileBytes.Within(Slack + (record.Size * MostPerByte), () => ContentDecoder.Decode(record));

    private static void AssertRejected(string reason, ConsumedRecord record)
    {
        var decoded = Judged(record);
        Assert.Equal((DecodedKind.Rejected, reason), (decoded.Kind, decoded.Reason));
    }

    private static byte[] Repeated(byte[] begin, ReadOnlySpan<byte> piece)
    {
        var bytes = new byte[begin.Length + ((ContentDecoder.MaxRecordBytes - begin.Length - 100) / piece.Length * piece.Length)];
        begin.CopyTo(bytes, 0);
        for (var at = begin.Length; at < bytes.Length; at += piece.Length)
        {
            piece.CopyTo(bytes.AsSpan(at));
        }

        return bytes;
    }

    private static byte[] BrokenText()
    {
        var bytes = Post("a", new string('x', ContentDecoder.MaxRecordBytes - 100)).ToByteArray();
        bytes.AsSpan(50..^50).Fill(0xff);
        return bytes;
    }

    private static Content Pictured(int size)
    {
        var content = new Content { Id = "a" };
        content.Parts.Add(new Part { Image = new Image { Bytes = ByteString.CopyFrom(new byte[size]), Mime = "image/png" } });
        return content;
    }

    private static Content Everything()
    {
        var content = Post("a", "mild words, \ud83d\ude00 among them", 12);
        content.Parts.Add(new Part { Image = new Image { Bytes = ByteString.CopyFromUtf8("no picture"), Mime = "image/png" } });
        content.CreatedAt = new() { Seconds = 1_767_225_600, Nanos = 5 };
        content.Url = "https://example.org/a";
        content.Surface = "post";
        content.AuthorId = "ann";
        content.Lang = "en";
        content.Reach = new() { Views = 3, ViewsPerHour = 2.5, Followers = 40 };
        content.Reports = 2;
        content.Attributes.Add("key", 7.ToString(CultureInfo.InvariantCulture));
        return content;
    }
}
