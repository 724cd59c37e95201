namespace Vigil.ReviewConsole.Safety;

/// <summary>What a script sends in a reviewer's name is bounded.</summary>
public sealed class FormLimitsTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task Requests_MoreThanHandsCanSend_AreToldToWait()
    {
        await using var ana = await fixture.SignInAsync("ana-in-haste");
        await using var ben = await fixture.SignInAsync("ben-beside");
        var most = 20 * FormLimits.PerSecond;
        var sent = 0;
        Microsoft.Playwright.IAPIResponse answer;
        do
        {
            answer = await ana.Page.Context.APIRequest.GetAsync($"{fixture.Host.Address}{ConsolePaths.SignIn}");
            sent++;
        }
        while (answer.Status == 200 && sent < most);

        Assert.Equal(429, answer.Status);
        Assert.True(sent > FormLimits.PerSecond, $"refused after {sent} requests");
        Assert.Equal("1", answer.Headers["retry-after"]);
        Assert.Equal(200, (await ben.Page.Context.APIRequest.GetAsync($"{fixture.Host.Address}{ConsolePaths.SignIn}")).Status);
    }

    [Fact]
    public async Task Form_LongerThanAnyOfOurs_IsRefused()
    {
        await using var ana = await fixture.SignInAsync("ana-at-length");
        var token = await ana.Page.Locator("input[name=__RequestVerificationToken]").First.InputValueAsync();

        var answer = await ana.Page.Context.APIRequest.PostAsync($"{fixture.Host.Address}{ConsolePaths.Heartbeat}", new()
        {
            Headers = new Dictionary<string, string> { ["Sec-Fetch-Site"] = "same-origin", ["Content-Type"] = "application/x-www-form-urlencoded" },
            DataString = $"__RequestVerificationToken={Uri.EscapeDataString(token)}&note={new string('x', 100_000)}",
        });

        Assert.Equal(413, answer.Status);
    }
}
