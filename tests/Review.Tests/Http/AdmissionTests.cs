using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Vigil.Review.Support;

namespace Vigil.Review.Http;

/// <summary>Who may do what, and how much of it.</summary>
public sealed class AdmissionTests(RedisServer redis, ReviewHostFixture fixture) : IClassFixture<ReviewHostFixture>
{
    private const string CuratorToken = "token-of-cor-0123456789";
    private const string ServiceToken = "token-of-sam-0123456789";
    private const string SlowToken = "token-of-sue-0123456789";

    private static readonly (string Path, string Body)[] Work =
    [
        ("/queues/hate/claim", "{}"), ("/items/x/heartbeat", """{"epoch":1}"""), ("/items/x/release", """{"epoch":1}"""),
        ("/items/x/decide", """{"epoch":1,"verdict":"benign"}"""), ("/items/x/skip", """{"epoch":1}"""), ("/items/x/undo", "{}"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Roles_EachDoesWhatItMayAndIsRefusedTheRest()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, settings:
        [
            ($"Tokens:{CuratorToken}:Name", "cor"), ($"Tokens:{CuratorToken}:Roles", "curator"),
            ($"Tokens:{ServiceToken}:Name", "sam"), ($"Tokens:{ServiceToken}:Roles", "service"),
        ]);
        await host.PostAsync("x", "words");
        using var ana = host.Ana;
        var claim = await ReviewHost.ClaimAsync(ana, "hate", Cancellation);

        foreach (var token in (string[])[CuratorToken, ServiceToken])
        {
            using var client = host.Client(token);
            foreach (var (path, body) in Work)
            {
                await AssertForbiddenAsync(await client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Cancellation));
            }

            Assert.Equal(200, (await ReviewHost.GetAsync(client, "/queues", Cancellation)).Status);
            Assert.Equal(200, (await ReviewHost.GetAsync(client, "/items/x", Cancellation)).Status);
        }

        using var curator = host.Client(CuratorToken);
        using var service = host.Client(ServiceToken);
        Assert.Equal(200, (await ReviewHost.GetAsync(curator, "/items/x/content", Cancellation)).Status);
        await AssertForbiddenAsync(await service.GetAsync("/items/x/content", Cancellation));
        await AssertForbiddenAsync(await service.GetAsync("/items/x/content/parts/0/image", Cancellation));

        // A service appeals, a lead has items judged again.
        Assert.Equal(409, (await ReviewHost.SendAsync(service, "/items/x/appeal", new { }, Cancellation)).Status);
        foreach (var (other, path) in new[] { (curator, "/items/x/appeal"), (ana, "/items/x/appeal"), (curator, "/items/x/golden"), (service, "/items/x/golden"), (ana, "/items/x/golden") })
        {
            await AssertForbiddenAsync(await other.PostAsync(path, new StringContent("{}", Encoding.UTF8, "application/json"), Cancellation));
        }

        await AssertForbiddenAsync(await service.GetAsync("/agreement", Cancellation));

        // A lead works escalation queues, a reviewer does not.
        await AssertForbiddenAsync(await ana.PostAsync("/queues/hate-leads/claim", null, Cancellation));
        using var lea = host.Lea;
        Assert.Equal(HttpStatusCode.NoContent, (await lea.PostAsync("/queues/hate-leads/claim", null, Cancellation)).StatusCode);

        // The epoch is what fences a lease: nobody but its holder ever sees it, and nobody else can use it.
        var epoch = (long)claim["lease"]!["epoch"]!;
        using var ben = host.Ben;
        foreach (var other in (HttpClient[])[ben, lea, curator, service])
        {
            Assert.DoesNotContain(epoch.ToString(CultureInfo.InvariantCulture), await other.GetStringAsync("/items/x", Cancellation), StringComparison.Ordinal);
        }

        Assert.Equal(409, (await ReviewHost.SendAsync(ben, "/items/x/decide", new { epoch, verdict = "benign" }, Cancellation)).Status);
        Assert.Equal(200, (await ReviewHost.SendAsync(ana, "/items/x/heartbeat", new { epoch }, Cancellation)).Status);
    }

    [Theory]
    [InlineData("POST", "/queues/rebuild")]
    [InlineData("POST", "/queue/rebuild")]
    [InlineData("POST", "/rebuild")]
    [InlineData("POST", "/bank")]
    [InlineData("PUT", "/bank/entry-1")]
    [InlineData("DELETE", "/items/x")]
    public async Task Call_ThatWouldRebuildEraseOrChangeTheBank_IsNotServed(string method, string path)
    {
        using var lea = fixture.Host.Lea;

        using var answer = await lea.SendAsync(new(new(method), path), Cancellation);

        Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, $"{answer.StatusCode}");
    }

    [Fact]
    public async Task Limits_OfBodyAndRate_AreThoseConfiguredAndOfEachTokenAlone()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation, settings: [("MaxBodyBytes", "5000")]);
        var slow = await host.AddInstanceAsync(settings: [("RequestsPerSecond", "1"), ($"Tokens:{SlowToken}:Name", "sue")]);
        Assert.NotNull(slow);
        using var ana = host.Ana;
        Assert.Equal(HttpStatusCode.NotFound, (await PostNoteAsync(ana, 1_000)).StatusCode);
        using var refused = await PostNoteAsync(ana, 6_000);
        Assert.Equal((413, "body_too_large"), ((int)refused.StatusCode, await CodeOfAsync(refused)));

        // A bucket of two, filled by one in a second: of thirty calls at once most are too many.
        using var sue = host.Client(SlowToken, instance: 1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => sue.GetAsync("/queues", Cancellation)));
        var tooMany = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.InRange(tooMany.Count, 10, 28);
        foreach (var answer in tooMany)
        {
            Assert.Equal("too_many_requests", await CodeOfAsync(answer));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        }

        using var ben = host.Client(ReviewHost.BenToken, instance: 1);
        Assert.Equal(HttpStatusCode.OK, (await ben.GetAsync("/queues", Cancellation)).StatusCode);
        using var stranger = host.Client("token-of-nobody-at-all", instance: 1);
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => stranger.GetAsync("/queues", Cancellation))),
            answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
    }

    [Theory]
    [InlineData("reviewer", true)]
    [InlineData("reviewer, lead", true)]
    [InlineData("curator,service", true)]
    [InlineData("Reviewer", false)]
    [InlineData("reviewer,boss", false)]
    [InlineData("", false)]
    [InlineData("reviewer,", false)]
    public void Options_WithAnUnknownRole_AreRefusedByItsName(string roles, bool sound)
    {
        var options = new ReviewOptions { Tokens = new() { [ReviewHost.AnaToken] = new() { Name = "ana", Roles = roles } } };

        var result = new ReviewOptionsRules().Validate(null, options);

        Assert.Equal(sound, result.Succeeded);
        Assert.True(sound || result.FailureMessage!.Contains("reviewer, lead, curator, service", StringComparison.Ordinal), result.FailureMessage);
    }

    private static Task<HttpResponseMessage> PostNoteAsync(HttpClient client, int length) =>
        client.PostAsync("/items/nowhere/undo", new StringContent($$"""{"note":"{{new string('a', length)}}"}""", Encoding.UTF8, "application/json"), Cancellation);

    private static async Task AssertForbiddenAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal((403, "forbidden"), ((int)answer.StatusCode, await CodeOfAsync(answer)));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        }
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) => (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["code"];
}
