using CsCheck;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using WireContent = Vigil.Contracts.Wire.Content;

namespace Vigil.Contracts.Tests.Wire;

public sealed class ReusedContentTests
{
    private static readonly Gen<WireContent> GenContent = Gen.Select(
        Gen.String[0, 5], Gen.Long, Gen.Bool, Gen.Int[0, 3], Gen.Bool, Gen.Byte, (id, revision, deleted, parts, reach, rest) =>
        {
            var content = new WireContent { Id = id, Revision = revision, Deleted = deleted, Reports = rest % 3 };
            content.Parts.AddRange(Enumerable.Range(0, parts).Select(i => i == 2
                ? new Part { Image = new() { Bytes = ByteString.CopyFrom(rest), Mime = "image/png" } }
                : new Part { Text = $"text {i}" }));
            if (reach)
            {
                content.Reach = new() { Views = revision, ViewsPerHour = 0.5 };
                content.CreatedAt = new() { Seconds = rest };
                content.Attributes.Add("a", id);
                (content.Url, content.Surface, content.AuthorId, content.Lang) = ("u", "s", "ann", "en");
            }

            return content;
        });

    [Fact]
    public void Clear_AFullMessage_LeavesEveryFieldAsNew()
    {
        var full = new WireContent { Reach = new(), CreatedAt = new() };
        full.Parts.Add(new Part());
        full.Attributes.Add("a", "b");
        foreach (var field in WireContent.Descriptor.Fields.InDeclarationOrder().Where(field => !field.IsRepeated && field.FieldType != Google.Protobuf.Reflection.FieldType.Message))
        {
            field.Accessor.SetValue(full, field.FieldType switch
            {
                Google.Protobuf.Reflection.FieldType.String => "x",
                Google.Protobuf.Reflection.FieldType.Int64 => 7L,
                Google.Protobuf.Reflection.FieldType.Bool => true,
                var other => throw new InvalidOperationException($"{field.Name} is of type {other}: say here how to fill it."),
            });
        }

        full.MergeFrom((byte[])[0xF8, 0x07, 0x01]);

        full.Clear();

        Assert.Equal(new WireContent(), full);
        Assert.Equal(0, full.CalculateSize());
    }

    [Fact]
    public void Parser_AnyMessagesInTurn_GivesEachAsItIs() => Gen.Select(GenContent.Array[1, 8], Gen.Int[0, 10]).Sample((contents, cut) =>
    {
        foreach (var content in contents)
        {
            var bytes = content.ToByteArray();
            // One that ends too early leaves the message half filled.
            Assert.ThrowsAny<InvalidProtocolBufferException>(() => ReusedContent.Parser.ParseFrom([.. bytes, 0x0A, 0x7F, .. new byte[cut]]));

            Assert.Equal(content, ReusedContent.Parser.ParseFrom(bytes));
        }
    });

    [Fact]
    public void Parser_UnknownFields_AreNotThoseOfTheMessageBefore()
    {
        byte[] unknown = [.. new WireContent { Id = "a" }.ToByteArray(), 0xF8, 0x07, 0x01];

        Assert.Equal(unknown, ReusedContent.Parser.ParseFrom(unknown).ToByteArray());
        Assert.Equal(new WireContent { Id = "b" }.ToByteArray(), ReusedContent.Parser.ParseFrom(new WireContent { Id = "b" }.ToByteArray()).ToByteArray());
    }

    [Fact]
    public void Parser_AnyBytes_ReadsWhatTheGeneratedParserReads() => Gen.Select(GenContent, Gen.Byte.Array[0, 12], Gen.Int[0, 1_000]).Sample((content, rest, cut) =>
    {
        byte[] whole = [.. content.ToByteArray(), .. rest];
        byte[] bytes = [.. whole.Take(cut % 3 == 0 ? whole.Length : cut)];
        Assert.Equal(Outcome(WireContent.Parser, bytes), Outcome(ReusedContent.Parser, bytes));
    }, iter: 20_000);

    [Fact]
    public void Parser_WireTypeThatDoesNotExist_IsRefused() =>
        Assert.Throws<InvalidProtocolBufferException>(() => ReusedContent.Parser.ParseFrom([0xff, 0xfe, 0x01]));

    private static string Outcome(MessageParser<WireContent> parser, byte[] bytes)
    {
        try
        {
            return Convert.ToHexString(parser.ParseFrom(bytes).ToByteArray());
        }
        catch (InvalidProtocolBufferException)
        {
            return "refused";
        }
    }

    [Fact]
    public void ToDomain_AttributesOfAReusedMessage_StayWhatTheyWere()
    {
        var first = new WireContent { Id = "a" };
        first.Attributes.Add("k", "v");
        var domain = ReusedContent.Parser.ParseFrom(first.ToByteArray()).ToDomain();

        ReusedContent.Parser.ParseFrom(new WireContent { Id = "b" }.ToByteArray());

        Assert.Equal("v", domain.Attributes["k"]);
    }
}
