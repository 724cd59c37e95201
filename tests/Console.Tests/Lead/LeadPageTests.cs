using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Vigil.Review;

namespace Vigil.ReviewConsole.Lead;

/// <summary>What leads see and do, and what everyone else does not.</summary>
public sealed class LeadPageTests(ConsoleFixture console) : IClassFixture<ConsoleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Golden_MarkedByALead_LooksLikeAnyOtherItemAndCountsAsAgreement()
    {
        var queue = await console.QueueOfAsync("twice", 1, Cancellation);
        await using var ana = await console.SignInAsync("ana-twice");
        await ana.OpenAsync(queue);
        await ana.PressAsync("b");
        await Assertions.Expect(ana.Page.GetByText("Recorded: benign.")).ToBeVisibleAsync();

        await using var lead = await console.SignInAsync("lead-twice", ReviewerOptions.Reviewer, ReviewerOptions.Lead);
        await lead.Page.GotoAsync(ConsolePaths.Item($"{queue}-0"));
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Have it judged again" }).ClickAsync();
        await Assertions.Expect(lead.Page.GetByText("It waits to be judged again.")).ToBeVisibleAsync();

        // Not for whoever judged it, and nothing on the page of another tells it from an item never judged.
        await ana.Page.GotoAsync(ConsolePaths.Work(queue));
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Assertions.Expect(ana.Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing waits here" })).ToBeVisibleAsync();
        await using var ben = await console.SignInAsync("ben-twice");
        await ben.OpenAsync(queue);
        var page = await ben.Page.ContentAsync();
        Assert.DoesNotContain("ana-twice", page, StringComparison.Ordinal);
        Assert.DoesNotContain("golden", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("reopen", page, StringComparison.OrdinalIgnoreCase);
        await using (var other = await console.SignInAsync("cem-twice"))
        {
            await other.Page.GotoAsync(ConsolePaths.Item($"{queue}-0"));
            Assert.DoesNotContain("ana-twice", await other.Page.ContentAsync(), StringComparison.Ordinal);
        }

        await ben.PressAsync("b");
        await Assertions.Expect(ben.Page.GetByText("Recorded: benign.")).ToBeVisibleAsync();
        await lead.Page.GotoAsync(ConsolePaths.Lead);
        await Assertions.Expect(lead.Page.Locator(".agreement tbody tr", new() { HasText = queue }).Locator("td").Nth(1)).ToHaveTextAsync("1");
        Assert.Empty((await lead.Page.RunAxe()).Violations);
        Assert.Equal("", lead.Faults + ana.Faults + ben.Faults);
    }

    [Fact]
    public async Task Undo_ByALead_WantsAReasonAndBringsTheItemBack()
    {
        var queue = await console.QueueOfAsync("overruled", 1, Cancellation);
        await using var ana = await console.SignInAsync("ana-overruled");
        await ana.OpenAsync(queue);
        await ana.PressAsync("b");
        await Assertions.Expect(ana.Page.GetByText("Recorded: benign.")).ToBeVisibleAsync();

        await using var lead = await console.SignInAsync("lead-overruled", ReviewerOptions.Lead);
        await lead.Page.GotoAsync(ConsolePaths.Item($"{queue}-0"));
        var undo = lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take the verdict back" });
        await undo.ClickAsync();
        await Assertions.Expect(lead.Page.GetByLabel("Why")).ToBeFocusedAsync();
        await lead.Page.GetByLabel("Why").FillAsync("a slip");
        await undo.ClickAsync();

        await Assertions.Expect(lead.Page.GetByRole(AriaRole.Cell, new() { Name = "undone" }).First).ToBeVisibleAsync();
        await console.UntilWaitingAsync(queue, 1, Cancellation);
        Assert.Equal("", lead.Faults);
    }

    [Fact]
    public async Task Lead_ForOthers_IsNeitherLinkedNorOpen()
    {
        await using var ana = await console.SignInAsync("ana-no-lead");

        await Assertions.Expect(ana.Page.GetByRole(AriaRole.Link, new() { Name = "Lead" })).ToHaveCountAsync(0);
        var answer = await ana.Page.GotoAsync(ConsolePaths.Lead);

        Assert.Equal(403, answer!.Status);
    }
}
