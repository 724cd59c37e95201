using Vigil.Review.Support;
using static Microsoft.Playwright.Assertions;

namespace Vigil.ReviewConsole.Live;

/// <summary>What changes elsewhere, seen under an open page.</summary>
public sealed class LiveTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_LeaseLostElsewhere_IsGreyedWithinTwoSeconds()
    {
        const string Queue = "live-lost";
        await WaitingAsync(Queue, "live-lost-1");
        // The reviewer of a token of the host, so that the lease can be ended beside the page.
        await using var ana = await fixture.SignInAsync("ana");
        await ana.OpenAsync(Queue);
        var epoch = long.Parse(await ana.Page.Locator("article.card").GetAttributeAsync("data-epoch") ?? "", System.Globalization.CultureInfo.InvariantCulture);
        using var rest = fixture.Host.Ana;

        var released = await ReviewHost.SendAsync(rest, "/items/live-lost-1/release", new { epoch }, Cancellation);

        Assert.Equal(204, released.Status);
        await Expect(ana.Page.Locator("article.card.gone")).ToBeVisibleAsync(new() { Timeout = 2_000 });
        Assert.Equal("", ana.Faults);
    }

    [Fact]
    public async Task Work_ItemEditedWhileClaimed_IsSaidSoon()
    {
        const string Queue = "live-edited";
        await WaitingAsync(Queue, "live-edited-1");
        await using var ana = await fixture.SignInAsync("ana-edited");
        await ana.OpenAsync(Queue);

        await fixture.Host.PostAsync("live-edited-1", "other words", revision: 1, queue: Queue);

        await Expect(ana.Page.Locator("#notice")).ToContainTextAsync("has edited the item", new() { Timeout = 5_000 });
        await Expect(ana.Page.Locator("article.card.gone")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Queues_ItemArrives_IsCountedWithoutALook()
    {
        const string Queue = "live-depth";
        await WaitingAsync(Queue, "live-depth-1");
        await using var ana = await fixture.SignInAsync("ana-depth");
        var depth = ana.Page.Locator($"tr[data-queue={Queue}] [data-live='0']");
        await Expect(depth).ToHaveTextAsync("1");

        await fixture.Host.PostAsync("live-depth-2", "a mild line", queue: Queue);

        await Expect(depth).ToHaveTextAsync("2", new() { Timeout = 5_000 });
        Assert.Equal("", ana.Faults);
    }

    private async Task WaitingAsync(string queue, string id)
    {
        await fixture.Host.PostAsync(id, "a mild line", queue: queue);
        await fixture.UntilWaitingAsync(queue, 1, Cancellation);
    }
}
