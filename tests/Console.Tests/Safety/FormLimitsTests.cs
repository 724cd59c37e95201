using System.Net;

namespace Vigil.ReviewConsole.Safety;

/// <summary>What a script sends in a reviewer's name is bounded.</summary>
public sealed class FormLimitsTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_MoreThanHandsCanSend_AreToldToWait()
    {
        await using var ana = await fixture.SignInAsync("ana-in-haste");
        await using var ben = await fixture.SignInAsync("ben-beside");
        // Not through the browser, which on a busy machine sends fewer than are allowed.
        using var client = fixture.Host.Client(null);
        client.DefaultRequestHeaders.Add("Cookie", await CookiesAsync(ana));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20 * FormLimits.PerSecond).Select(_ => client.GetAsync(ConsolePaths.SignIn, Cancellation)));

        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.True(answers.Length - refused.Count > FormLimits.PerSecond, $"{refused.Count} of {answers.Length} were refused");
        Assert.All(refused, answer => Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta));
        Assert.Equal(200, (await ben.Page.Context.APIRequest.GetAsync($"{fixture.Host.Address}{ConsolePaths.SignIn}")).Status);
    }

    private static async Task<string> CookiesAsync(ReviewerPage page) =>
        string.Join("; ", (await page.Page.Context.CookiesAsync()).Select(cookie => $"{cookie.Name}={cookie.Value}"));

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
