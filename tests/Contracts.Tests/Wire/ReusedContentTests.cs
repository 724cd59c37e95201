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

        ReusedContent.Clear(full);

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
    public void Parser_UnknownFields_AreDropped()
    {
        byte[] unknown = [.. new WireContent { Id = "a" }.ToByteArray(), 0xF8, 0x07, 0x01];

        Assert.Equal(new WireContent { Id = "a" }.ToByteArray(), ReusedContent.Parser.ParseFrom(unknown).ToByteArray());
        Assert.Equal(new WireContent { Id = "b" }.ToByteArray(), ReusedContent.Parser.ParseFrom(new WireContent { Id = "b" }.ToByteArray()).ToByteArray());
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
