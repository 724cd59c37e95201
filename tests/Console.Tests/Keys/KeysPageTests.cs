using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Vigil.ReviewConsole.Keys;

public sealed class KeysPageTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_Chosen_AreThoseOfTheWorkViewUntilTheStandardComesBack()
    {
        await fixture.QueueOfAsync("chosen", 2, Cancellation);
        await using var ana = await fixture.SignInAsync("ana-chosen");
        await ChooseAsync(ana.Page, "benign", ";");
        await Expect(ana.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Kept.");

        await ana.OpenAsync("chosen");
        await Expect(ana.Page.GetByRole(AriaRole.Button, new() { Name = "Benign" })).ToHaveTextAsync("Benign ;");
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToBeEmptyAsync();
        await ana.PressAsync(";");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");

        await ana.Page.GotoAsync(ConsolePaths.Keys);
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Standard keys" }).ClickAsync();
        await Expect(ana.Page.Locator("input[name=benign]")).ToHaveValueAsync("b");
        Assert.Equal("", ana.Faults);
    }

    [Fact]
    public async Task Keys_OneForTwoActs_AreNotKeptAndStayAsTyped()
    {
        await using var ana = await fixture.SignInAsync("ana-twice");

        await ChooseAsync(ana.Page, "benign", "e");

        await Expect(ana.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Not kept");
        await Expect(ana.Page.Locator("input[name=benign]")).ToHaveValueAsync("e");
        await ana.Page.GotoAsync(ConsolePaths.Keys);
        await Expect(ana.Page.Locator("input[name=benign]")).ToHaveValueAsync("b");
    }

    [Fact]
    public async Task Keys_OfOneReviewer_AreNotThoseOfAnother()
    {
        await using var ana = await fixture.SignInAsync("ana-own");
        await using var ben = await fixture.SignInAsync("ben-own");
        await ChooseAsync(ana.Page, "score", "q");
        await Expect(ana.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Kept.");

        await ben.Page.GotoAsync(ConsolePaths.Keys);

        await Expect(ben.Page.Locator("input[name=score]")).ToHaveValueAsync("r");
    }

    private static async Task ChooseAsync(IPage page, string act, string key)
    {
        await page.GotoAsync(ConsolePaths.Keys);
        await page.Locator($"input[name={act}]").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep" }).ClickAsync();
    }
}
