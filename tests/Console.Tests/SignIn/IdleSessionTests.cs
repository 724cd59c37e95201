using Vigil.Review.Support;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>A page left alone is signed out in the end, though it goes on asking by itself.</summary>
public sealed class IdleSessionTests(RedisServer redis, Chromium chromium)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ConsolePaths.Heartbeat, true)]
    [InlineData(ConsolePaths.Root, false)]
    public async Task Session_ThirtyFiveMinutesOld_EndsUnlessSomeoneWasThere(string asked, bool ends)
    {
        var time = new MovedTime();
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, time, face: ConsoleFixture.Face);
        await using var ana = await ConsoleFixture.SignInAsync(chromium, host, "ana-idle");
        var token = await ana.Page.Locator("input[name=__RequestVerificationToken]").First.InputValueAsync();
        var page = ana.Page.Context.APIRequest;

        time.Ahead = TimeSpan.FromMinutes(20);
        var there = asked == ConsolePaths.Root
            ? await page.GetAsync($"{host.Address}{asked}", new() { MaxRedirects = 0 })
            : await page.PostAsync($"{host.Address}{asked}", new()
            {
                Headers = new Dictionary<string, string> { ["Sec-Fetch-Site"] = "same-origin", ["Content-Type"] = "application/x-www-form-urlencoded" },
                DataString = $"__RequestVerificationToken={Uri.EscapeDataString(token)}",
            });
        time.Ahead = TimeSpan.FromMinutes(35);
        var later = await page.GetAsync($"{host.Address}{ConsolePaths.Root}", new() { MaxRedirects = 0 });

        Assert.Equal(200, there.Status);
        Assert.Equal(ends ? 302 : 200, later.Status);
    }

    private sealed class MovedTime : TimeProvider
    {
        private long _ahead;

        public TimeSpan Ahead
        {
            get => new(Volatile.Read(ref _ahead));
            set => Volatile.Write(ref _ahead, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
