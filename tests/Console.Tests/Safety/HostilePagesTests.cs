using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Vigil.Contracts;
using Vigil.Review;
using Vigil.Review.Support;
using Vigil.ReviewConsole.Pictures;
using static Microsoft.Playwright.Assertions;

namespace Vigil.ReviewConsole.Safety;

/// <summary>Content that would like to run, to load, to get out of its box or to stop the page.</summary>
public sealed class HostilePagesTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    public static TheoryData<string, string> Hostile => new()
    {
        { "markup", "<script>document.title='run'</script><img src=x onerror=document.title='run'></textarea></div><b>bold</b>" },
        { "addresses", "javascript:alert(1) data:text/html,<script>1</script>" },
        { "templates", "{{7*7}} @(1+1) ${1+1}" },
        { "styles", "<style>*{background:url(//elsewhere.example/x)}</style> url(//elsewhere.example/y)" },
        { "open-override", "start \u202Egnirts a" },
        { "breaking-isolates", "start \u2069\u2069\u2069\u202Egnirts a" },
        { "tags", "start \U000E0041\U000E0042\U000E007F end" },
        { "zero-width", "s\u200Bt\u200Ba\u200Br\u200Bt" },
        { "marks", "a" + new string('\u0301', 99_998) },
        { "unbroken", new string('x', 100_000) },
        { "line-feeds", "a" + new string('\n', 99_998) + "b" },
        { "embeddings", string.Concat(Enumerable.Repeat("\u202A", 99_999)) + "a" },
        { "two-directions", "\u0645\u0631\u062D\u0628\u0627 hello \u0633\u0644\u0627\u0645 2026" },
        { "signs", "\U0001F469\u200D\U0001F467 \u0000\u001B[31m" },
        { "look-alikes", "p\u0430y your p\u0430l \u202Ehere" },
        { "invisible", "\u200B\u2060\uFEFF" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Work_HostileText_PaintsSoonRunsNothingAndCanBeDecided(string name, string text)
    {
        var queue = $"hostile-{name}";
        await fixture.Host.PostAsync(queue, text, queue: queue);
        await fixture.UntilWaitingAsync(queue, 1, Cancellation);
        await using var ana = await fixture.SignInAsync($"ana-{name}");
        await ana.OpenAsync(queue);

        var widths = await ana.Page.EvaluateAsync<int[]>("[document.documentElement.scrollWidth, innerWidth]");
        Assert.True(widths[0] <= widths[1], $"{widths[0]} wide in {widths[1]}");
        var box = await ana.Page.EvaluateAsync<bool>("[...document.querySelectorAll('.text, .folded')].every(t => t.getBoundingClientRect().bottom <= t.parentElement.getBoundingClientRect().bottom + 1)");
        Assert.True(box);
        Assert.DoesNotContain("run", await ana.Page.TitleAsync(), StringComparison.Ordinal);
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        Assert.Equal("", ana.Faults);
    }

    private static readonly Dictionary<string, Contracts.Content> Items = new()
    {
        ["empty"] = Of(new TextPart(""), new TextPart("the second says something")),
        ["author"] = Of(new TextPart("plain")) with { AuthorId = string.Concat(Enumerable.Repeat("\"'<b>\u202E\u2069&", 18)), Surface = "\u202Eecafrus", Url = "javascript:alert(1)//\u202E" },
        ["parts"] = Of([.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? (ContentPart)new TextPart($"part {i}") : new ImagePart(Drawn.Jpeg(60, 40), "image/png"))]),
        ["far-future"] = Of(new TextPart("plain")) with { CreatedAt = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        ["long-past"] = Of(new TextPart("plain")) with { CreatedAt = DateTimeOffset.UnixEpoch },
    };

    [Theory]
    [InlineData("empty")]
    [InlineData("author")]
    [InlineData("parts")]
    [InlineData("far-future")]
    [InlineData("long-past")]
    public async Task Work_HostileItem_StaysInItsBoxAndCanBeDecided(string name)
    {
        var queue = $"item-{name}";
        await fixture.Host.PostAsync(Items[name] with { Id = queue }, queue: queue);
        await fixture.UntilWaitingAsync(queue, 1, Cancellation);
        await using var ana = await fixture.SignInAsync($"ana-item-{name}");

        await AssertWorkableAsync(ana, queue);
    }

    [Theory]
    [InlineData("above-one", 1.0000001)]
    [InlineData("none", double.NaN)]
    [InlineData("endless", double.NegativeInfinity)]
    public async Task Work_NumbersOutOfTheirRange_DoNoHarm(string name, double number)
    {
        var queue = $"numbers-{name}";
        var item = await fixture.Host.PostAsync(queue, "plain", queue: queue);
        item.Scores.Add(new Contracts.Wire.PolicyScore { Policy = "hate" });
        item.Evidence = new() { Neighbours = { new Contracts.Wire.Neighbour { EntryId = "gone \u202E", Side = Contracts.Wire.Side.Violation, Policy = "no-such-policy" } }, Reasons = { new Contracts.Wire.Reason { Feature = "of none" } } };
        LogRecords.SetFractions(item, number);
        await fixture.Host.RankAsync(item);
        await fixture.UntilWaitingAsync(queue, 1, Cancellation);
        await using var ana = await fixture.SignInAsync($"ana-{queue}");

        await AssertWorkableAsync(ana, queue);
    }

    [Fact]
    public async Task Work_RecordThatIsNoLongerThere_SaysSoAndCanBeDecided()
    {
        const string Queue = "record-gone";
        var item = await fixture.Host.PostAsync(Queue, "the window that was scored", queue: Queue);
        item.Source.Offset += 1_000;
        item.Source.TimeMs += 1;
        await fixture.Host.RankAsync(item);
        await fixture.UntilWaitingAsync(Queue, 1, Cancellation);
        await using var ana = await fixture.SignInAsync("ana-record-gone");
        await ana.Page.GotoAsync(ConsolePaths.Work(Queue));
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();

        await Expect(ana.Page.Locator("#card .box")).ToBeVisibleAsync();
        await ana.PressAsync("e");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Escalated");
        Assert.Equal("", ana.Faults);
    }

    private static Contracts.Content Of(params ContentPart[] parts) => new() { Id = "", Parts = parts };

    private static async Task AssertWorkableAsync(ReviewerPage ana, string queue)
    {
        await ana.Page.GotoAsync(ConsolePaths.Work(queue));
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Expect(ana.Title).ToContainTextAsync("Item in");
        Assert.True(await ana.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        await ana.PressAsync("b");
        await Expect(ana.Page.Locator("#last")).ToContainTextAsync("Recorded: benign.");
        Assert.Equal("", ana.Faults);
    }

    [Fact]
    public async Task EveryPage_HasItsHeaders()
    {
        using var client = fixture.Host.Client(null);

        using var answer = await client.GetAsync(ConsolePaths.SignIn, Cancellation);

        Assert.Equal(PageHeaders.Policy, answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.DoesNotContain("style=", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", true, 400)]
    [InlineData("same-site", true, 400)]
    [InlineData("none", true, 400)]
    [InlineData("same-origin", false, 400)]
    [InlineData("same-origin", true, 302)]
    public async Task Form_FromAnotherSiteOrWithoutTheTokenOfAPage_IsRefused(string site, bool hasToken, int status)
    {
        await using var ana = await fixture.SignInAsync($"ana-{site}");
        var token = await ana.Page.Locator("input[name=__RequestVerificationToken]").First.InputValueAsync();

        var answer = await ana.Page.Context.APIRequest.PostAsync($"{fixture.Host.Address}{ConsolePaths.SignOut}", new()
        {
            Headers = new Dictionary<string, string> { ["Sec-Fetch-Site"] = site, ["Content-Type"] = "application/x-www-form-urlencoded" },
            DataString = hasToken ? $"__RequestVerificationToken={Uri.EscapeDataString(token)}" : "x=y",
            MaxRedirects = 0,
        });

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(ConsolePaths.Root)]
    [InlineData("/console/work/hate")]
    [InlineData("/console/item?id=x")]
    public async Task Page_WithoutASession_LeadsToTheSignIn(string path)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = new(fixture.Host.Address) };

        using var page = await client.GetAsync(path, Cancellation);
        using var part = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Vigil-Part", "1" } } };
        using var asked = await client.SendAsync(part, Cancellation);

        Assert.Equal((302, 401), ((int)page.StatusCode, (int)asked.StatusCode));
        Assert.Contains(ConsolePaths.SignIn, page.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignInLink_UsedTwice_WorksOnce()
    {
        await using var ana = await fixture.SignInAsync("ana-link");
        var path = await ana.Page.EvaluateAsync<string>("location.pathname");
        Assert.Equal(ConsolePaths.Root, path);

        await ana.Page.GoBackAsync();
        await ana.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in with this link" }).ClickAsync();

        await Expect(ana.Page.Locator("main")).ToContainTextAsync("This link was used or is too old");
    }

    [Fact]
    public async Task Curator_AtAQueue_IsTurnedAway()
    {
        await using var cora = await fixture.SignInAsync("cora", ReviewerOptions.Curator);

        var answer = await cora.Page.GotoAsync(ConsolePaths.Work("hate"));

        Assert.Equal(403, answer!.Status);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Screens_OfEveryKind_AreAccessible(ColorScheme scheme)
    {
        var queue = $"axe-{scheme}";
        await fixture.Host.PostAsync(queue, "a calm line\u202E", queue: queue);
        await using var ana = await fixture.SignInAsync($"ana-axe-{scheme}");
        await ana.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await AssertNoViolationsAsync(ana.Page);
        await ana.OpenAsync(queue);
        await AssertNoViolationsAsync(ana.Page);
        await ana.Page.SetViewportSizeAsync(320, 640);
        Assert.True(await ana.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        await ana.Page.GotoAsync(ConsolePaths.Item(queue));
        await AssertNoViolationsAsync(ana.Page);
        await ana.Page.GotoAsync(ConsolePaths.Keys);
        await AssertNoViolationsAsync(ana.Page);
    }

    private static async Task AssertNoViolationsAsync(IPage page)
    {
        var result = await page.RunAxe();
        Assert.Empty(result.Violations.Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}"));
    }
}
