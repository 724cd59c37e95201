using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Vigil.Review.Support;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>Sign-in by OpenID Connect, with a real provider in the process and a real browser between the two.</summary>
public sealed class ProviderSignInTests(RedisServer redis, Chromium chromium) : IAsyncLifetime
{
    private IdentityProvider _provider = null!;
    private ReviewHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await IdentityProvider.StartAsync();
        _host = await StartAsync(_provider.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task SignIn_ThroughTheProvider_OpensThePageThatWasAskedFor()
    {
        await using var reviewer = await OpenAsync();

        await reviewer.Page.GotoAsync(ConsolePaths.Work("hate"));
        await ClickSignInAsync(reviewer.Page);

        await Assertions.Expect(reviewer.Page).ToHaveURLAsync(_host.Address + ConsolePaths.Work("hate"));
        await Assertions.Expect(reviewer.Page.GetByText("dana")).ToBeVisibleAsync();
        Assert.Equal("", reviewer.Faults);
    }

    [Theory]
    [InlineData("dana", "cook", "none of the roles")]
    [InlineData("dana\n", "reviewer", "no name that can be recorded")]
    [InlineData("", "reviewer", "no name that can be recorded")]
    public async Task SignIn_AccountThatMayNot_SaysWhyAndSignsNobodyIn(string name, string role, string words)
    {
        _provider.Account = (name, [role]);
        await using var reviewer = await OpenAsync();

        await reviewer.Page.GotoAsync(ConsolePaths.SignIn);
        await ClickSignInAsync(reviewer.Page);

        await Assertions.Expect(reviewer.Page.GetByText(words)).ToBeVisibleAsync();
        await reviewer.Page.GotoAsync(ConsolePaths.Root);
        Assert.Contains(ConsolePaths.SignIn, reviewer.Page.Url, StringComparison.Ordinal);
    }

    // Else whoever sends a link signs others in as himself, and reads what they decide.
    [Fact]
    public async Task SignIn_AnswerForAnotherBrowser_SignsNobodyIn()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var toProvider = await first.Page.Context.APIRequest.GetAsync($"{_host.Address}{ConsolePaths.Provider}", new() { MaxRedirects = 0 });
        var answered = await first.Page.Context.APIRequest.GetAsync(toProvider.Headers["location"], new() { MaxRedirects = 0 });

        await second.Page.GotoAsync(answered.Headers["location"]);

        await Assertions.Expect(second.Page.GetByRole(AriaRole.Heading, new() { Name = "Not signed in" })).ToBeVisibleAsync();
        await second.Page.GotoAsync(ConsolePaths.Root);
        Assert.Contains(ConsolePaths.SignIn, second.Page.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//example.org/console")]
    [InlineData("https://example.org/console")]
    [InlineData("/console\\@example.org")]
    [InlineData("/consoles")]
    public async Task SignIn_ToAnAddressThatIsNotOurs_OpensTheQueues(string to)
    {
        await using var reviewer = await OpenAsync();

        await reviewer.Page.GotoAsync($"{ConsolePaths.Provider}?to={Uri.EscapeDataString(to)}");

        await Assertions.Expect(reviewer.Page).ToHaveURLAsync(_host.Address + ConsolePaths.Root);
        Assert.Equal("", reviewer.Faults);
    }

    // At a machine that reviewers share, the next one must not come in as the one before.
    [Fact]
    public async Task SignOut_ThenSignIn_AsksTheProviderForThePassword()
    {
        await using var reviewer = await OpenAsync();
        await reviewer.Page.GotoAsync(ConsolePaths.SignIn);
        await ClickSignInAsync(reviewer.Page);
        await Assertions.Expect(reviewer.Page).ToHaveURLAsync(_host.Address + ConsolePaths.Root);
        Assert.Null(_provider.Prompt);

        await reviewer.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await ClickSignInAsync(reviewer.Page);

        await Assertions.Expect(reviewer.Page).ToHaveURLAsync(_host.Address + ConsolePaths.Root);
        Assert.Equal("login", _provider.Prompt);
    }

    [Fact]
    public async Task SignIn_ProviderDoesNotAnswer_SaysSo()
    {
        using var logs = new LogLines();
        await using var alone = await StartAsync("http://127.0.0.1:1", logs);
        using var client = new HttpClient { BaseAddress = new Uri(alone.Address) };

        using var reply = await client.GetAsync(new Uri(ConsolePaths.Provider, UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.StatusCode);
        Assert.Contains("does not answer", await reply.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Single(logs.Of("the provider http://127.0.0.1:1 cannot be used"));
    }

    private static Task ClickSignInAsync(IPage page) => page.GetByRole(AriaRole.Link, new() { Name = "Sign in with your organisation's account" }).ClickAsync();

    private Task<ReviewHost> StartAsync(string provider, LogLines? logs = null) => ReviewHost.StartAsync(redis, Cancellation, logs: logs, face: ConsoleFixture.FaceWith(services => services.Configure<SignInOptions>(signIn =>
    {
        signIn.Provider = provider;
        signIn.ClientId = IdentityProvider.ClientId;
        signIn.ClientSecret = IdentityProvider.ClientSecret;
    })));

    private Task<ReviewerPage> OpenAsync() => ConsoleFixture.OpenAsync(chromium, _host);
}
