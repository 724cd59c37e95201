using System.Text;
using CsCheck;
using Google.Protobuf;
using Vigil.Contracts;
using static Vigil.Ingest.Tests.TestRecords;
using Wire = Vigil.Contracts.Wire;

namespace Vigil.Ingest.Tests.Decoding;

/// <summary>Every row of the table in <c>design.md</c> §5.</summary>
public sealed class ContentDecoderTests
{
    [Fact]
    public void Decode_Protobuf_IsContentWithItsVersion()
    {
        var decoded = ContentDecoder.Decode(Proto("a", Post("a", revision: 7)));

        Assert.Equal(DecodedKind.Content, decoded.Kind);
        Assert.Equal("a", decoded.ContentId);
        Assert.Equal(7, decoded.Version.Revision);
        Assert.Equal(ContentDigest.Of(decoded.Content!), decoded.Version.Digest);
        Assert.Equal(new TextPart("a calm line"), Assert.Single(decoded.Content!.Parts));
    }

    [Theory]
    [InlineData("""{"id":"a","authorId":"ann","createdAt":"2026-01-01T00:00:00Z","parts":[{"text":"hi"}],"reach":{"viewsPerHour":3}}""")]
    [InlineData("""{"id":"a","author_id":"ann","created_at":"2026-01-01T00:00:00Z","parts":[{"text":"hi"}],"reach":{"views_per_hour":"3"}}""")]
    public void Decode_JsonInBothSpellings_IsTheSameContent(string json)
    {
        var content = ContentDecoder.Decode(Json("a", json)).Content!;

        Assert.Equal("ann", content.AuthorId);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), content.CreatedAt);
        Assert.Equal(3, content.Reach.ViewsPerHour);
    }

    [Fact]
    public void Decode_UnknownFields_AreIgnored()
    {
        var json = ContentDecoder.Decode(Json("a", """{"id":"a","mood":{"x":[1,2,{"y":null}]},"parts":[{"text":"hi"}]}"""));
        var proto = ContentDecoder.Decode(Record("a", [.. Post("a").ToByteArray(), 0xFA, 0x07, 0x01, 0x2A]));

        Assert.Equal((DecodedKind.Content, DecodedKind.Content), (json.Kind, proto.Kind));
    }

    public static TheoryData<string, string?, byte[]> Undecodable => new()
    {
        { "cut protobuf", null, Post("a").ToByteArray()[..^3] },
        { "wire type that does not exist", null, [0xff, 0xfe, 0x01] },
        { "letters", null, "hello"u8.ToArray() },
        { "cut JSON", null, """{"id":"a","parts":[{"text":"""u8.ToArray() },
        { "number beyond 64 bits", null, """{"id":"a","revision":99999999999999999999,"parts":[{"text":"x"}]}"""u8.ToArray() },
        { "wrong type", null, """{"id":["a"],"parts":"x"}"""u8.ToArray() },
        { "array", Wire.WireHeaders.Json, "[]"u8.ToArray() },
        { "null literal", Wire.WireHeaders.Json, "null"u8.ToArray() },
        { "JSON that is protobuf", Wire.WireHeaders.Json, Post("a").ToByteArray() },
        { "protobuf that is JSON", "application/x-protobuf", """{"id":"a"}"""u8.ToArray() },
        { "deep objects", null, Encoding.UTF8.GetBytes("""{"id":"a","parts":""" + string.Concat(Enumerable.Repeat("[{\"image\":", 5_000))) },
        { "bad base64", null, """{"id":"a","parts":[{"image":{"bytes":"%%%"}}]}"""u8.ToArray() },
        { "two kinds in one part", null, """{"id":"a","parts":[{"text":"x","image":{}}]}"""u8.ToArray() },
        { "time that is none", null, """{"id":"a","createdAt":"soon","parts":[{"text":"x"}]}"""u8.ToArray() },
    };

    // Pitfall 12: what cannot be read becomes a dead letter with its reason.
    [Theory]
    [MemberData(nameof(Undecodable))]
    public void Decode_UndecodableBytes_AreRejectedUnderTheKey(string what, string? contentType, byte[] value)
    {
        var decoded = ContentDecoder.Decode(contentType is null ? Record("a", value) : Record("a", value, headers: (Wire.WireHeaders.ContentType, contentType)));

        Assert.Equal((what, RejectReason.Undecodable, "a"), (what, decoded.Reason, decoded.ContentId));
        Assert.False(decoded.HasVersion);
    }

    [Fact]
    public void Decode_EmptyValue_IsRejectedAndNoDeletion() => AssertRejected(RejectReason.EmptyValue, Record("a", []));

    [Fact]
    public void Decode_RegistryFrame_IsRejectedByItsName() => AssertRejected(RejectReason.RegistryFrame, Record("a", [0, 0, 0, 0, 7, .. Post("a").ToByteArray()]));

    [Theory]
    [InlineData("Content/2")]
    [InlineData("Content")]
    [InlineData("BankEntry/1")]
    public void Decode_UnknownSchema_IsRejected(string schema) => AssertRejected(RejectReason.Schema, Proto("a", Post("a"), (Wire.WireHeaders.Schema, schema)));

    [Fact]
    public void Decode_KnownSchema_IsAccepted() =>
        Assert.Equal(DecodedKind.Content, ContentDecoder.Decode(Proto("a", Post("a"), (Wire.WireHeaders.Schema, "Content/1"))).Kind);

    [Fact]
    public void Decode_HeaderTwice_TheLastOneCounts()
    {
        AssertRejected(RejectReason.Schema, Proto("a", Post("a"), (Wire.WireHeaders.Schema, "Content/1"), (Wire.WireHeaders.Schema, "Content/9")));
        Assert.Equal(DecodedKind.Content, ContentDecoder.Decode(Proto("a", Post("a"), (Wire.WireHeaders.Schema, "Content/9"), (Wire.WireHeaders.Schema, "Content/1"))).Kind);
    }

    [Fact]
    public void Decode_NoIdAndNoKey_IsRejectedAndKeyedByNothing()
    {
        AssertRejected(RejectReason.NoId, Proto(null, Post("")));
        AssertRejected(RejectReason.NoId, Proto("", Post("")));
        AssertRejected(RejectReason.NoId, Record(null, null));
        Assert.Equal("", ContentDecoder.Decode(Record(null, null)).ContentId);
    }

    [Fact]
    public void Decode_NoKeyOrNoId_TakesTheOtherOne()
    {
        Assert.Equal("a", ContentDecoder.Decode(Proto(null, Post("a"))).ContentId);
        Assert.Equal("a", ContentDecoder.Decode(Proto("a", Post(""))).ContentId);
    }

    [Fact]
    public void Decode_IdOver256Bytes_IsRejectedAndClippedInStatus()
    {
        var id = new string('ä', 129);
        var decoded = ContentDecoder.Decode(Proto(id, Post(id)));

        Assert.Equal(RejectReason.IdTooLong, decoded.Reason);
        Assert.Equal(new string('ä', 128), decoded.ContentId);
        Assert.Equal(DecodedKind.Content, ContentDecoder.Decode(Proto(null, Post(new string('ä', 128)))).Kind);
        AssertRejected(RejectReason.IdTooLong, Record(id, null));
    }

    [Fact]
    public void Decode_KeyAndIdDiffer_IsRejected() => AssertRejected(RejectReason.KeyMismatch, Proto("a", Post("b")));

    [Fact]
    public void Decode_NoPartOrOnlyEmptyText_IsRejectedAsEmpty()
    {
        AssertRejected(RejectReason.Empty, Proto("a", new Wire.Content { Id = "a" }));
        AssertRejected(RejectReason.Empty, Proto("a", Post("a", "")));
        AssertRejected(RejectReason.Empty, Json("a", """{"id":"a","parts":[{},{"text":""}]}"""));
    }

    [Fact]
    public void Decode_EmptyTextBesideAnImage_IsAccepted()
    {
        var content = Post("a", "");
        content.Parts.Add(new Wire.Part { Image = new() { Bytes = ByteString.CopyFrom(1, 2, 3) } });

        Assert.Equal(DecodedKind.Content, ContentDecoder.Decode(Proto("a", content)).Kind);
    }

    [Fact]
    public void Decode_SixtyFiveParts_AreRejectedAndSixtyFourAreNot()
    {
        var content = Post("a");
        for (var i = 1; i < 64; i++)
        {
            content.Parts.Add(new Wire.Part { Text = "x" });
        }

        Assert.Equal(DecodedKind.Content, ContentDecoder.Decode(Proto("a", content)).Kind);
        content.Parts.Add(new Wire.Part { Text = "x" });
        AssertRejected(RejectReason.TooManyParts, Proto("a", content));
    }

    [Fact]
    public void Decode_TextOver100000CharactersInAll_IsRejected()
    {
        var content = Post("a", new string('x', 60_000));
        content.Parts.Add(new Wire.Part { Text = string.Concat(Enumerable.Repeat("😀", 40_000)) });
        Assert.Equal(DecodedKind.Content, ContentDecoder.Decode(Proto("a", content)).Kind);

        content.Parts.Add(new Wire.Part { Text = "x" });
        AssertRejected(RejectReason.TextTooLong, Proto("a", content));
    }

    [Fact]
    public void Decode_RecordOver5MiB_IsRejected()
    {
        var value = new byte[ContentDecoder.MaxRecordBytes];
        AssertRejected(RejectReason.RecordTooLarge, Record("a", value));
        Assert.NotEqual(RejectReason.RecordTooLarge, ContentDecoder.Decode(Record("a", value[..^1])).Reason);
        AssertRejected(RejectReason.RecordTooLarge, Record("a", value[..^1], headers: ("note", "x")));
    }

    [Fact]
    public void Decode_NullValue_IsADeletionWithoutRevision()
    {
        var decoded = ContentDecoder.Decode(Record("a", null));

        Assert.Equal((DecodedKind.Deletion, "a"), (decoded.Kind, decoded.ContentId));
        Assert.Equal(new ContentVersion(0, Sha256Digest.None), decoded.Version);
        Assert.True(decoded.CoversEverythingEarlier);
    }

    [Fact]
    public void Decode_DeletedWithoutParts_IsADeletionWithItsRevision()
    {
        var decoded = ContentDecoder.Decode(Proto("a", new Wire.Content { Id = "a", Revision = 3, Deleted = true }));

        Assert.Equal((DecodedKind.Deletion, 3L), (decoded.Kind, decoded.Version.Revision));
        Assert.False(decoded.CoversEverythingEarlier);
    }

    [Fact]
    public void Decode_InvalidUtf8_IsAcceptedWithReplacementCharacters()
    {
        // Field 1 (id) "a"; field 9 (parts) with field 1 (text): 'b', 0xFF, 'c'.
        var proto = ContentDecoder.Decode(Record("a", [0x0A, 1, (byte)'a', 0x4A, 5, 0x0A, 3, (byte)'b', 0xFF, (byte)'c']));
        var json = ContentDecoder.Decode(Record("a", [.. "{\"id\":\"a\",\"parts\":[{\"text\":\"b"u8, 0xFF, .. "c\"}]}"u8]));

        Assert.Equal(new TextPart("b\uFFFDc"), Assert.Single(proto.Content!.Parts));
        Assert.Equal(new TextPart("b\uFFFDc"), Assert.Single(json.Content!.Parts));
    }

    [Fact]
    public void Decode_LoneSurrogatesOfJson_BecomeReplacementCharacters()
    {
        var decoded = ContentDecoder.Decode(Json("a", """{"id":"a","surface":"\udc00","parts":[{"text":"x\ud83dy \ud83d\ude00"}]}"""));

        Assert.Equal(DecodedKind.Content, decoded.Kind);
        Assert.Equal("\uFFFD", decoded.Content!.Surface);
        Assert.Equal(new TextPart("x\uFFFDy 😀"), Assert.Single(decoded.Content.Parts));
    }

    [Fact]
    public void Decode_ControlBidiAndZeroWidth_AreKeptAsPublished()
    {
        const string Text = "a\0b\u200Bc\u202Ed\u0007";
        var decoded = ContentDecoder.Decode(Proto("a", Post("a", Text)));

        Assert.Equal(new TextPart(Text), Assert.Single(decoded.Content!.Parts));
    }

    // Pitfall 27: a publisher's time blocks nothing; waiting goes by our own clock.
    [Theory]
    [InlineData(0L)]
    [InlineData(4_102_444_800L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Decode_TimesFarAway_AreAccepted(long seconds)
    {
        var content = Post("a");
        content.CreatedAt = new() { Seconds = seconds };
        var decoded = ContentDecoder.Decode(Proto("a", content));

        Assert.Equal(DecodedKind.Content, decoded.Kind);
        Assert.Equal(Math.Abs(seconds / 2) > 4_102_444_800L, decoded.Content!.CreatedAt is null);
    }

    [Fact]
    public void Decode_NegativeNumbers_AreAbsent()
    {
        var content = Post("a", revision: -4);
        content.Reports = -1;
        content.Reach = new() { Views = -5, ViewsPerHour = double.NegativeInfinity, Followers = -1 };
        var decoded = ContentDecoder.Decode(Proto("a", content)).Content!;

        Assert.Equal((null, Reach.Unknown, 0L), (decoded.Reports, decoded.Reach, decoded.Revision));
    }

    [Fact]
    public void Decode_NewReach_IsTheSameVersionWithAnotherPayload()
    {
        var content = Post("a");
        var first = ContentDecoder.Decode(Proto("a", content));
        content.Reach = new() { Views = 10 };
        var second = ContentDecoder.Decode(Proto("a", content));

        Assert.Equal(first.Version, second.Version);
        Assert.NotEqual(first.Payload, second.Payload);
    }

    [Fact]
    public void Decode_AnyBytes_GiveOneOutcomeAndNeverThrow() => Gen.Select(
            Gen.OneOf(
                Gen.Byte.Array[0, 200],
                Gen.Byte.Array[0, 60].Select(bytes => (byte[])[.. "{\"id\":\"a\",\"parts\":"u8, .. bytes]),
                Gen.Select(Gen.Int[0, 40], Gen.Byte).Select(change => Mutated(change.Item1, change.Item2))),
            Gen.OneOf(Gen.Const((string?)null), Gen.Const((string?)Wire.WireHeaders.Json), Gen.Const((string?)"text/plain")))
        .Sample((bytes, contentType) =>
        {
            var decoded = ContentDecoder.Decode(contentType is null ? Record("a", bytes) : Record("a", bytes, headers: (Wire.WireHeaders.ContentType, contentType)));
            Assert.Equal(decoded.Kind == DecodedKind.Rejected, decoded.Reason.Length > 0);
        });

    private static byte[] Mutated(int position, byte value)
    {
        var bytes = Post("a", "some text to change", 12).ToByteArray();
        bytes[position % bytes.Length] = value;
        return bytes;
    }

    private static void AssertRejected(string reason, ConsumedRecord record)
    {
        var decoded = ContentDecoder.Decode(record);
        Assert.Equal((DecodedKind.Rejected, reason), (decoded.Kind, decoded.Reason));
    }
}
