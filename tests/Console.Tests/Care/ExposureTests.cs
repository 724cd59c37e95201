using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Vigil.Review.Support;

namespace Vigil.ReviewConsole.Care;

/// <summary>What reviewers have seen counts, and when it was enough a pause comes, with and without script.</summary>
public sealed class ExposureTests(RedisServer redis, Chromium chromium)
{
    private static readonly HostFace Counting = ConsoleFixture.FaceWith(services => services.Configure<ConsoleOptions>(console => (console.ExposureLimit, console.PauseMinutes) = (16, 1)));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Decide_EnoughOfAGraveQueue_BringsAPauseInsteadOfTheNextItem(bool byKeys)
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, face: Counting);
        for (var i = 0; i < 5; i++)
        {
            await host.PostAsync($"i{i}", $"words {i}", value: 5 - i);
        }

        await using var ana = await ConsoleFixture.SignInAsync(chromium, host, "ana");
        if (!byKeys)
        {
            await ana.Page.RouteAsync("**/*.js*", route => route.AbortAsync());
        }

        await ana.OpenAsync("hate");
        await Assertions.Expect(ana.Page.Locator("#card meter")).ToHaveAttributeAsync("max", "16");
        // Eight each. With the module one more was claimed ahead before the pause, and is still judged.
        for (var i = 0; i < (byKeys ? 3 : 2); i++)
        {
            await Assertions.Expect(ana.Text).ToContainTextAsync($"words {i}");
            await (byKeys ? ana.PressAsync("b") : ana.Page.GetByRole(AriaRole.Button, new() { Name = "Benign" }).ClickAsync());
        }

        var pause = ana.Page.GetByRole(AriaRole.Heading, new() { Name = "Time for a pause" });
        await Assertions.Expect(pause).ToBeVisibleAsync();
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Assertions.Expect(pause).ToBeVisibleAsync();
        await ana.Page.ReloadAsync();
        await Assertions.Expect(pause).ToBeVisibleAsync();
        Assert.True(!byKeys || ana.Faults.Length == 0, ana.Faults);
    }

    [Fact]
    public async Task Find_ById_OpensTheItemsPage()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, face: ConsoleFixture.Face);
        await host.PostAsync("post/1 \u00f6", "words");
        await using var ana = await ConsoleFixture.SignInAsync(chromium, host, "ana");
        await ana.Page.ReloadAsync();

        await ana.Page.Keyboard.PressAsync("/");
        await Assertions.Expect(ana.Page.GetByLabel("Item by its id")).ToBeFocusedAsync();
        await ana.Page.Keyboard.TypeAsync("post/1 \u00f6");
        await ana.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(ana.Page.GetByText("post/1 \u00f6")).ToBeVisibleAsync();
        await Assertions.Expect(ana.Page.Locator(".text")).ToContainTextAsync("words");
        Assert.Equal("", ana.Faults);
    }
}
