using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using Vigil.Contracts.Wire;
using static Microsoft.Playwright.Assertions;

namespace Vigil.ReviewConsole.Work;

public sealed class WorkPageTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_ByKeysAlone_IsWorkedToItsEnd()
    {
        var queue = await QueueOfAsync("keys", 12);
        await using var ana = await fixture.SignInAsync("ana");
        await ana.OpenAsync(queue);

        foreach (var key in "bbvbbvbbbbbb")
        {
            await Expect(ana.Title).ToBeFocusedAsync();
            await ana.PressAsync(key == 'v' ? "v" : "b");
            if (key == 'v')
            {
                await ana.Page.Keyboard.PressAsync("1");
            }
        }

        await Expect(ana.Title).ToHaveTextAsync("Nothing waits here");
        Assert.Equal(2, (await VerdictsAsync(queue, 12)).Count(decision => decision.Verdict == Decision.Types.Verdict.Violation));
        Assert.Equal("", ana.Faults);
    }

    [Fact]
    public async Task Undo_AfterAVerdict_BringsTheItemBack()
    {
        var queue = await QueueOfAsync("undo", 3);
        await using var ana = await fixture.SignInAsync("ana-undo");
        await ana.OpenAsync(queue);
        var first = await ana.Text.InnerTextAsync();
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        await Expect(ana.Text).Not.ToHaveTextAsync(first);

        await ana.PressAsync("u");

        await Expect(ana.Text).ToHaveTextAsync(first);
        await ana.PressAsync("v");
        await ana.Page.Keyboard.PressAsync("1");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: violation of hate.");
        Assert.Equal("", ana.Faults);
    }

    [Theory]
    [InlineData(ScoreShown.OnRequest, 1, false)]
    [InlineData(ScoreShown.Always, 1, true)]
    [InlineData(ScoreShown.After, 0, false)]
    public async Task Score_OfAQueue_IsShownWhenItsSettingSays(ScoreShown shown, int parts, bool isOpen)
    {
        var queue = await QueueOfAsync($"score-{shown}", 1);
        fixture.Host.Services.GetRequiredService<IOptions<ConsoleOptions>>().Value.Score[queue.ToUpperInvariant()] = shown;
        await using var ana = await fixture.SignInAsync($"ana-{shown}");
        await ana.OpenAsync(queue);
        var score = ana.Page.Locator("details.score");

        await Expect(score).ToHaveCountAsync(parts);
        await Expect(ana.Page.Locator("details.score[open]")).ToHaveCountAsync(isOpen ? 1 : 0);
        await ana.PressAsync("r");
        await Expect(ana.Page.Locator("details.score[open]")).ToHaveCountAsync(shown == ScoreShown.OnRequest ? 1 : 0);
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        await ana.Page.GotoAsync(ConsolePaths.Item($"{queue}-0"));
        await Expect(score).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Card_OnTheScreen_WasDeliveredAndShownByTheLog()
    {
        var queue = await QueueOfAsync("views", 1);
        await using var ana = await fixture.SignInAsync("ana-views");

        await ana.OpenAsync(queue);

        var views = await fixture.ViewsOfAsync("ana-views", views => views.Count >= 2, Cancellation);
        Assert.Equal([View.Types.Kind.Delivered, View.Types.Kind.Shown], views.Select(view => view.Kind));
        Assert.All(views, view => Assert.Equal((queue, "views-0", views[0].LeaseEpoch), (view.Queue, view.ContentId, view.LeaseEpoch)));
        Assert.True(views[0].LeaseEpoch > 0);
    }

    [Fact]
    public async Task Card_OfAQueueWithAPolicy_SaysWhatItForbids()
    {
        await QueueOfAsync("hate", 1);
        await using var ana = await fixture.SignInAsync("ana-clause");

        await ana.OpenAsync("hate");

        await Expect(ana.Page.GetByRole(AriaRole.Region, new() { Name = "Policy" })).ToHaveTextAsync("Hate. Attacks people for what they are.");
    }

    [Fact]
    public async Task Keys_RepeatedOrTooSoonOrWithAModifier_DoNothing()
    {
        var queue = await QueueOfAsync("slips", 3);
        await using var ana = await fixture.SignInAsync("ana-slips");
        await ana.OpenAsync(queue);
        var first = await ana.Text.InnerTextAsync();

        await ana.PressAsync("Control+b");
        await ana.PressAsync("n");
        await ana.Page.Keyboard.TypeAsync("be sure");
        await ana.Page.EvaluateAsync("document.querySelector('#card h1').dispatchEvent(new KeyboardEvent('keydown', { key: 'b', repeat: true, bubbles: true }))");
        await ana.Page.EvaluateAsync("document.querySelector('#card h1').dispatchEvent(new KeyboardEvent('keydown', { key: 'b', isComposing: true, bubbles: true }))");

        await Expect(ana.Text).ToHaveTextAsync(first);
        await Expect(ana.Page.Locator("#last")).ToBeEmptyAsync();
        // One press decides one item: the second comes before anybody can have read the next.
        await ana.Page.Keyboard.PressAsync("Escape");
        await ana.Page.EvaluateAsync(
            "new MutationObserver(() => document.querySelector('#card h1')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'b', bubbles: true }))).observe(document.getElementById('card'), { childList: true })");
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        await ana.Page.WaitForTimeoutAsync(500);
        Assert.Equal("be sure", Assert.Single(await VerdictsAsync(queue, 1)).Note);
    }

    [Fact]
    public async Task Verdict_WithoutScript_IsAFormLikeAnyOther()
    {
        var queue = await QueueOfAsync("forms", 2);
        await using var ana = await fixture.SignInAsync("ana-forms");
        await ana.Page.RouteAsync("**/*.js*", route => route.AbortAsync());
        await ana.OpenAsync(queue);
        var first = await ana.Text.InnerTextAsync();

        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Benign" }).ClickAsync();

        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        await Expect(ana.Text).Not.ToHaveTextAsync(first);
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(ana.Text).ToHaveTextAsync(first);
    }

    [Fact]
    public async Task TwoReviewers_OnOneQueue_NeverSeeTheSameItem()
    {
        var queue = await QueueOfAsync("pair", 8);
        await using var ana = await fixture.SignInAsync("ana-pair");
        await using var ben = await fixture.SignInAsync("ben-pair");
        await ana.OpenAsync(queue);
        await ben.OpenAsync(queue);

        var seen = new List<string>();
        for (var round = 0; round < 4; round++)
        {
            foreach (var page in new[] { ana, ben })
            {
                await page.SettledAsync();
                seen.Add(await page.Text.InnerTextAsync());
                await page.PressAsync("b");
            }

            await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded");
            await Expect(ben.Page.Locator("#last")).ToContainTextAsync("Recorded");
        }

        Assert.Equal(8, seen.Distinct().Count());
        Assert.Equal(8, (await VerdictsAsync(queue, 8)).Select(decision => decision.ContentId).Distinct().Count());
    }

    private Task<string> QueueOfAsync(string queue, int items) => fixture.QueueOfAsync(queue, items, Cancellation);

    private async Task<List<Decision>> VerdictsAsync(string queue, int count)
    {
        var verdicts = new List<Decision>();
        await fixture.Host.ReadAsync(
            fixture.Host.Topics.Decisions,
            records =>
            {
                verdicts = [.. records.Select(record => Decision.Parser.ParseFrom(record.Message.Value)).Where(decision => decision.Queue == queue && decision.Kind == Decision.Types.Kind.Verdict)];
                return verdicts.Count >= count;
            },
            Cancellation);
        return verdicts;
    }
}
