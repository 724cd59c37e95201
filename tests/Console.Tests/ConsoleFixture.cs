using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Vigil.Contracts.Wire;
using Vigil.Review;
using Vigil.Review.Support;
using Vigil.ReviewConsole.SignIn;

[assembly: AssemblyFixture(typeof(Vigil.ReviewConsole.Chromium))]

namespace Vigil.ReviewConsole;

/// <summary>Debian's chromium, started once.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";

    private IPlaywright? _playwright;

    /// <summary>Why there is none; null where there is.</summary>
    public static string? Missing => File.Exists(Path) ? null : "Debian's package chromium is not installed";

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", Missing);
            return;
        }

        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Path, Args = ["--no-sandbox", "--disable-background-networking"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_playwright is not null)
        {
            await Browser.CloseAsync();
            _playwright.Dispose();
        }
    }
}

/// <summary>The console over a broker and Redis of its own, for the tests of a class.</summary>
public sealed class ConsoleFixture(RedisServer redis, Chromium chromium) : IAsyncLifetime
{
    internal ReviewHost Host { get; private set; } = null!;

    /// <summary>The console beside REST.</summary>
    internal static HostFace Face { get; } = FaceWith(static _ => { });

    internal static HostFace FaceWith(Action<IServiceCollection> configure) => new(
        (services, policies) => configure(services.AddReviewConsole(_ => policies)),
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapReviewConsole();
        });

    public async ValueTask InitializeAsync() => Host = await ReviewHost.StartAsync(redis, CancellationToken.None, face: Face);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>A browser of its own, signed in by a one-time link.</summary>
    internal Task<ReviewerPage> SignInAsync(string name, params string[] roles) => SignInAsync(chromium, Host, name, roles);

    internal static async Task<ReviewerPage> SignInAsync(Chromium chromium, ReviewHost host, string name, params string[] roles)
    {
        var opened = await OpenAsync(chromium, host);
        var page = opened.Page;
        var path = await host.Services.GetRequiredService<SignInLinks>().CreateAsync(name, roles.Length == 0 ? [ReviewerOptions.Reviewer] : roles);
        await page.GotoAsync(path);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with this link" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(host.Address + ConsolePaths.Root);
        // With all its parts: what it still fetched would be one more request of the reviewer's.
        await Assertions.Expect(page.Locator("html")).ToHaveJSPropertyAsync("ownerDocument.readyState", "complete");
        return opened;
    }

    /// <summary>Publishes items, the first the most urgent, and waits until the projection has them all, so that the first claim finds that order.</summary>
    /// <returns>The queue.</returns>
    internal async Task<string> QueueOfAsync(string queue, int items, CancellationToken cancellation)
    {
        for (var i = 0; i < items; i++)
        {
            await Host.PostAsync($"{queue}-{i}", $"{queue} says line {i}", value: items - i, queue: queue);
        }

        await UntilWaitingAsync(queue, items, cancellation);
        return queue;
    }

    /// <summary>Until so many items wait in a queue: the projection follows the log by milliseconds.</summary>
    internal async Task UntilWaitingAsync(string queue, int items, CancellationToken cancellation)
    {
        using var rest = Host.Ana;
        await ReviewHost.UntilAsync(
            async () => (await ReviewHost.GetAsync(rest, $"/queues/{queue}/top", cancellation)) is { Status: 200, Body: { } top } && top.AsArray().Count == items, cancellation);
    }

    /// <summary>What the log says a reviewer was shown, once it holds what is waited for.</summary>
    internal async Task<List<View>> ViewsOfAsync(string reviewer, Func<List<View>, bool> enough, CancellationToken cancellation)
    {
        List<View> views = [];
        await Host.ReadAsync(
            Host.Topics.Views,
            records =>
            {
                views = [.. records.Select(record => View.Parser.ParseFrom(record.Message.Value)).Where(view => view.Reviewer == reviewer)];
                return enough(views);
            },
            cancellation);
        return views;
    }

    /// <summary>A browser of its own, where nobody is signed in.</summary>
    internal static async Task<ReviewerPage> OpenAsync(Chromium chromium, ReviewHost host)
    {
        Assert.SkipWhen(Chromium.Missing is not null, Chromium.Missing ?? "");
        var context = await chromium.Browser.NewContextAsync(new() { BaseURL = host.Address });
        context.SetDefaultTimeout(30_000);
        return new(await context.NewPageAsync());
    }
}

/// <summary>A page, and all that went wrong on it.</summary>
internal sealed class ReviewerPage : IAsyncDisposable
{
    private readonly List<string> _faults = [];

    public ReviewerPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => Note(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"script: {error}");
        page.Response += (_, response) => Note(response.Status >= 400, $"{response.Status} to {response.Request.Method} {response.Url}");
        page.Request += (_, request) => Note(!request.Url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal), $"request to {request.Url}");
    }

    public IPage Page { get; }

    /// <summary>Errors of scripts, reports of the content security policy, requests to elsewhere.</summary>
    public string Faults
    {
        get
        {
            lock (_faults)
            {
                return string.Join(Environment.NewLine, _faults);
            }
        }
    }

    public ILocator Title => Page.Locator("#card h1");

    public ILocator Text => Page.Locator("#card .text").First;

    public async Task OpenAsync(string queue)
    {
        await Page.GotoAsync(ConsolePaths.Work(queue));
        await Page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        await Assertions.Expect(Text).ToBeVisibleAsync();
    }

    /// <summary>Presses a key once the page takes one: not within the guard after an item was painted, and with nothing under way.</summary>
    public async Task PressAsync(string key)
    {
        await SettledAsync();
        await Page.WaitForTimeoutAsync(350);
        await Page.Keyboard.PressAsync(key);
    }

    /// <summary>Nothing is under way.</summary>
    public Task SettledAsync() => Assertions.Expect(Page.Locator("#work[aria-busy=true]")).ToHaveCountAsync(0);

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();

    private void Note(bool isFault, string words)
    {
        if (isFault)
        {
            lock (_faults)
            {
                _faults.Add(words);
            }
        }
    }
}
