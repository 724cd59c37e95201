using CsCheck;
using Google.Protobuf;
using Vigil.Contracts.Wire;

namespace Vigil.Ingest.Tests.Consuming;

public sealed class TextWeightTests
{
    [Fact]
    public void Of_ProtobufOfEveryField_IsAllButTheImages()
    {
        var content = TestRecords.Post("a", "a calm line", revision: 7);
        content.Reach = new() { ViewsPerHour = 1.5, Followers = 9 };
        content.Attributes.Add("k", "v");
        var without = content.ToByteArray().Length;
        content.Parts.Insert(0, new Part { Image = new() { Bytes = ByteString.CopyFrom(new byte[70_000]), Mime = "image/png" } });

        Assert.InRange(TextWeight.Of(content.ToByteArray()), without, without + 20);
    }

    [Theory]
    [InlineData("""{"parts":[{"text":"a"}]}""")]
    [InlineData("")]
    public void Of_WhatIsNoProtobuf_IsAllOfIt(string value) => Assert.Equal(value.Length, TextWeight.Of(System.Text.Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Of_AnyBytes_IsBetweenNothingAndTheirLength() =>
        Gen.Byte.Array[0, 200].Sample(bytes => TextWeight.Of(bytes) is var weight && weight >= 0 && weight <= bytes.Length);
}
