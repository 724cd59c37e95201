namespace Vigil.Contracts.Tests;

public sealed class ContentDigestTests
{
    private static readonly Content Post = new() { Id = "a", AuthorId = "ann", Surface = "post", Url = "https://example.org/1", Parts = [new TextPart("the kettle is on")] };

    [Fact]
    public void Of_NewReachReportsAttributes_IsTheSame()
    {
        var seenMore = Post with { Reach = new(10, 2.5, 7), Reports = 3, Attributes = new Dictionary<string, string> { ["k"] = "v" }, Revision = 4 };

        Assert.Equal(ContentDigest.Of(Post), ContentDigest.Of(seenMore));
    }

    [Fact]
    public void Of_AnItem_IsTheHashThatItAlwaysWas()
    {
        // Computed apart from this code; another value would make every item of every queue a new version.
        var item = Post with { Parts = [new TextPart("the kettle is on \u00e9 \U0001F600"), new ImagePart(new byte[] { 1, 2, 3 }, "image/png")] };

        Assert.Equal("f3853e17964ef269ea1585171e3f06f64361762c50a6fc3840f6ff7376e3118a", ContentDigest.Of(item).ToString());
    }

    [Fact]
    public void Of_AnyJudgedFieldChanged_Differs()
    {
        Content[] edits =
        [
            Post with { AuthorId = "bob" },
            Post with { Surface = "chat" },
            Post with { Url = "" },
            Post with { Parts = [new TextPart("the kettle is off")] },
            Post with { Parts = [new TextPart("the kettle"), new TextPart(" is on")] },
            Post with { Parts = [new ImagePart("the kettle is on"u8.ToArray(), "")] },
        ];

        var digests = edits.Append(Post).Select(ContentDigest.Of).ToList();

        Assert.Equal(digests.Count, digests.Distinct().Count());
    }
}
