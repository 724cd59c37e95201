using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Vigil.Contracts.Wire;
using Vigil.Review;
using Vigil.ReviewConsole.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Vigil.ReviewConsole.Work;

/// <summary>What comes between a reviewer and a verdict: another tab, the way back, no network, no session. Each is said, and there is one verdict.</summary>
public sealed class InterruptionTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoTabs_OfOneReviewer_TheOtherLearnsOfTheVerdict()
    {
        var queue = await fixture.QueueOfAsync("tabs", 3, Cancellation);
        await using var ana = await fixture.SignInAsync("ana-tabs");
        await ana.OpenAsync(queue);
        var other = new ReviewerPage(await ana.Page.Context.NewPageAsync());
        await other.Page.GotoAsync(ConsolePaths.Work(queue));
        await Expect(other.Text).ToHaveTextAsync(await ana.Text.InnerTextAsync());

        await ana.PressAsync("b");

        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        await Expect(other.Page.Locator("#card article.gone .lost")).ToBeVisibleAsync();
        await other.PressAsync("b");
        Assert.Single(await VerdictsAsync($"{queue}-0"));
    }

    [Fact]
    public async Task Back_AfterAVerdictOfAForm_RecordsNothingTwice()
    {
        var queue = await fixture.QueueOfAsync("back", 2, Cancellation);
        await using var ana = await fixture.SignInAsync("ana-back");
        await ana.Page.RouteAsync("**/*.js*", route => route.AbortAsync());
        await ana.OpenAsync(queue);
        var stale = await ana.Page.Locator("form.verdict").EvaluateAsync<string>("form => new URLSearchParams(new FormData(form)).toString()");
        var address = await ana.Page.Locator("form.verdict").EvaluateAsync<string>("form => form.action");
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Benign" }).ClickAsync();
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");

        await ana.Page.GoBackAsync();
        await Expect(ana.Text).ToContainTextAsync("line 1");
        foreach (var verdict in new[] { "benign", "escalate" })
        {
            var answer = await ana.Page.Context.APIRequest.PostAsync(address, new()
            {
                Headers = new Dictionary<string, string> { ["Sec-Fetch-Site"] = "same-origin", ["Content-Type"] = "application/x-www-form-urlencoded" },
                DataString = $"{stale}&verdict={verdict}",
            });
            Assert.True(answer.Status is 200 or 409, $"{answer.Status}");
        }

        Assert.Equal(Decision.Types.Verdict.Benign, Assert.Single(await VerdictsAsync($"{queue}-0")).Verdict);
    }

    [Fact]
    public async Task Network_AwayInMidVerdict_IsSaidAndTheVerdictSentOnce()
    {
        var queue = await fixture.QueueOfAsync("offline", 2, Cancellation);
        await using var ana = await fixture.SignInAsync("ana-offline");
        await ana.OpenAsync(queue);
        await ana.Page.Context.SetOfflineAsync(true);

        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#notice")).ToContainTextAsync("The network is away. Your verdict is kept here");
        await ana.Page.Context.SetOfflineAsync(false);

        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.", new() { Timeout = 20_000 });
        Assert.Single(await VerdictsAsync($"{queue}-0"));
    }

    [Fact]
    public async Task SignOut_InAnotherTab_IsSaidAndTheNoteIsKept()
    {
        var queue = await fixture.QueueOfAsync("signed-out", 2, Cancellation);
        await using var ana = await fixture.SignInAsync("ana-signed-out");
        await ana.OpenAsync(queue);
        await ana.PressAsync("n");
        await ana.Page.Keyboard.TypeAsync("a long thought");
        await ana.Page.Keyboard.PressAsync("Escape");
        var other = await ana.Page.Context.NewPageAsync();
        await other.GotoAsync(ConsolePaths.Root);
        await other.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(other).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("sign-in"));

        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#notice")).ToContainTextAsync("You are signed out: the verdict was not recorded.");
        await Expect(ana.Page.Locator("textarea[name=note]")).ToHaveValueAsync("a long thought");

        await other.GotoAsync(await fixture.Host.Services.GetRequiredService<SignInLinks>().CreateAsync("ana-signed-out", [ReviewerOptions.Reviewer]));
        await other.GetByRole(AriaRole.Button, new() { Name = "Sign in with this link" }).ClickAsync();
        await Expect(other).ToHaveURLAsync(fixture.Host.Address + ConsolePaths.Root);
        await ana.Page.ReloadAsync();
        // Leaving the page gave the item back, where that was still possible.
        var begin = ana.Page.GetByRole(AriaRole.Button, new() { Name = "Begin" });
        await Expect(begin.Or(ana.Text)).ToBeVisibleAsync();
        if (await begin.IsVisibleAsync())
        {
            await begin.ClickAsync();
        }

        await Expect(ana.Page.Locator("textarea[name=note]")).ToHaveValueAsync("a long thought");
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        Assert.Equal("a long thought", Assert.Single(await VerdictsAsync($"{queue}-0")).Note);
    }

    private async Task<List<Decision>> VerdictsAsync(string id)
    {
        List<Decision> verdicts = [];
        await fixture.Host.ReadAsync(
            fixture.Host.Topics.Decisions,
            records =>
            {
                verdicts = [.. records.Select(record => Decision.Parser.ParseFrom(record.Message.Value)).Where(decision => decision.ContentId == id)];
                return verdicts.Count > 0;
            },
            Cancellation);
        return verdicts;
    }
}
