using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Content = Vigil.Contracts.Content;
using static Microsoft.Playwright.Assertions;

namespace Vigil.ReviewConsole.Pictures;

/// <summary>Pictures in the work view: covered until asked for, never the publisher's bytes.</summary>
public sealed class PicturePageTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private const string Filter = "getComputedStyle(document.querySelector('.stills img')).filter";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_ItemWithPictures_AreCoveredUntilAskedForAndAgainWhenLeft()
    {
        const string Queue = "pictures";
        byte[] svg = [.. "<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='run'</script></svg>"u8];
        await PostAsync(Queue, new TextPart("words beside it"), new ImagePart(Drawn.Jpeg(), "image/jpeg"), new ImagePart(svg, "image/png"));
        await using var ana = await fixture.SignInAsync("ana-pictures");
        await ana.OpenAsync(Queue);

        await Expect(ana.Page.Locator(".stills img")).ToHaveCountAsync(1);
        await Expect(ana.Page.Locator(".stills img")).ToHaveJSPropertyAsync("naturalWidth", 240);
        await Expect(ana.Page.Locator(".box")).ToContainTextAsync("Picture 3 cannot be shown: it is no picture");
        Assert.Contains("blur", await ana.Page.EvaluateAsync<string>(Filter), StringComparison.Ordinal);
        await ana.PressAsync("i");
        Assert.Equal("grayscale(1)", await ana.Page.EvaluateAsync<string>(Filter));
        await ana.PressAsync("g");
        Assert.Equal("none", await ana.Page.EvaluateAsync<string>(Filter));
        await ana.Page.EvaluateAsync("Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))");
        Assert.Contains("blur", await ana.Page.EvaluateAsync<string>(Filter), StringComparison.Ordinal);
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        await fixture.ViewsOfAsync("ana-pictures", views => views.Exists(view => view is { Kind: View.Types.Kind.Revealed, ContentId: Queue, LeaseEpoch: > 0 }), Cancellation);
        Assert.Equal("", ana.Faults);
    }

    [Fact]
    public async Task Picture_OfTheVersionShown_IsWrittenAnewAndCannotAct()
    {
        const string Queue = "picture-bytes";
        var published = Drawn.TurnedJpeg();
        var content = await PostAsync(Queue, new ImagePart(published, "image/jpeg"));
        await using var ana = await fixture.SignInAsync("ana-bytes");
        var digest = ContentDigest.Of(content).ToString();

        var answer = await ana.Page.Context.APIRequest.GetAsync(fixture.Host.Address + ConsolePaths.Picture(Queue, digest, 0, 0, opaque: false));
        var other = await ana.Page.Context.APIRequest.GetAsync(fixture.Host.Address + ConsolePaths.Picture(Queue, new string('0', 64), 0, 0, opaque: false));
        var noPart = await ana.Page.Context.APIRequest.GetAsync(fixture.Host.Address + ConsolePaths.Picture(Queue, digest, 1, 0, opaque: false));

        Assert.Equal((200, 404, 404), (answer.Status, other.Status, noPart.Status));
        Assert.Equal("image/webp", answer.Headers["content-type"]);
        Assert.Equal("sandbox; default-src 'none'", answer.Headers["content-security-policy"]);
        Assert.Equal("same-origin", answer.Headers["cross-origin-resource-policy"]);
        Assert.StartsWith("RIFF", System.Text.Encoding.Latin1.GetString(await answer.BodyAsync()), StringComparison.Ordinal);
    }

    private async Task<Content> PostAsync(string id, params ContentPart[] parts)
    {
        var content = new Content { Id = id, AuthorId = "author", Parts = parts };
        await fixture.Host.PostAsync(content, queue: id);
        await fixture.UntilWaitingAsync(id, 1, Cancellation);
        return content;
    }
}
