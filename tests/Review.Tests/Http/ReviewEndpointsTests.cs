using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Vigil.Review.Support;

namespace Vigil.Review.Http;

public sealed class ReviewEndpointsTests(ReviewHostFixture fixture) : IClassFixture<ReviewHostFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    [InlineData("token-of-ana-012345678")]
    public async Task AnyCall_WithoutAKnownToken_Answers401AndNothingElse(string? token)
    {
        using var client = fixture.Host.Client(token);

        using var answer = await client.PostAsync("/items/x/decide", new StringContent("{ broken", Encoding.UTF8, "application/json"), Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("unauthorized", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["code"]);
    }

    [Theory]
    [InlineData("POST", "/items/x/decide", "text/plain")]
    [InlineData("POST", "/items/x/nope", "application/json")]
    [InlineData("DELETE", "/items/x", "application/json")]
    [InlineData("PUT", "/Queues", "application/json")]
    [InlineData("GET", "/queues/hate/top/nope", null)]
    [InlineData("GET", "/queues/hate/top?count=abc", null)]
    [InlineData("GET", "/items/x/content/parts/none/image", null)]
    public async Task AnyCall_WithoutAToken_Learns401BeforeWhatIsServed(string method, string path, string? type)
    {
        using var client = fixture.Host.Client(null);
        using var request = new HttpRequestMessage(new(method), path) { Content = type is null ? null : new StringContent("x", Encoding.UTF8, type) };

        using var answer = await client.SendAsync(request, Cancellation);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);

        Assert.Equal((401, "Bearer", "no-store"), ((int)answer.StatusCode, answer.Headers.WwwAuthenticate.ToString(), answer.Headers.CacheControl!.ToString()));
        Assert.Equal("unauthorized", (string?)problem!["code"]);
        Assert.False(string.IsNullOrEmpty((string?)problem["trace_id"]));
    }

    [Theory]
    [InlineData("/items/x/decide", "{ broken", 400, "invalid")]
    [InlineData("/items/x/decide", "null", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"verdict\":\"benign\"}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"skip\"}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"benign\",\"policies\":[\"\"]}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"violation\"}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"violation\",\"policies\":[\"nope\"]}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"violation\",\"policies\":[\"hate\",\"hate\"]}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"benign\",\"policies\":[\"hate\"]}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"benign\",\"seconds_spent\":-4}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"benign\",\"mood\":1}", 400, "invalid")]
    [InlineData("/items/x/skip", "{\"epoch\":1,\"seconds_spent\":86401}", 400, "invalid")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"benign\"}", 409, "lease_lost")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"escalate\",\"policies\":[\"hate\"],\"seconds_spent\":0}", 409, "lease_lost")]
    [InlineData("/queues/nope/claim", "{}", 404, "unknown_queue")]
    [InlineData("/items/x/heartbeat", "{\"epoch\":1}", 409, "lease_lost")]
    [InlineData("/items/x/release", "{\"epoch\":1}", 409, "lease_lost")]
    [InlineData("/items/x/skip", "{\"epoch\":1}", 409, "lease_lost")]
    [InlineData("/items/x/undo", "{}", 404, "not_found")]
    public async Task Call_ThatCannotBeDone_AnswersAProblemWithItsCode(string path, string body, int status, string code)
    {
        using var ana = fixture.Host.Ana;

        using var answer = await ana.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);

        Assert.Equal((status, code, status), ((int)answer.StatusCode, (string?)problem!["code"], (int?)problem["status"]));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("GET", "/nope", 404, "no_such_path")]
    [InlineData("GET", "/items/x/decide", 405, "method_not_allowed")]
    [InlineData("POST", "/items/x/decide", 415, "unsupported_media_type")]
    [InlineData("GET", "/queues/hate/top?count=abc", 400, "invalid")]
    [InlineData("GET", "/queues/hate/top?count=0", 400, "invalid")]
    [InlineData("GET", "/queues/nope/top", 404, "unknown_queue")]
    public async Task Call_ThatNoHandlerTakes_AnswersAProblemWithItsCodeAndAWord(string method, string path, int status, string code)
    {
        using var ana = fixture.Host.Ana;
        using var request = new HttpRequestMessage(new(method), path) { Content = method == "POST" ? new StringContent("epoch=1", Encoding.UTF8, "text/plain") : null };

        using var answer = await ana.SendAsync(request, Cancellation);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);

        Assert.Equal((status, code), ((int)answer.StatusCode, (string?)problem!["code"]));
        Assert.Equal($"urn:vigil:problem:{code}", (string?)problem["type"]);
        Assert.False(string.IsNullOrEmpty((string?)problem["detail"]));
        Assert.False(string.IsNullOrEmpty((string?)problem["trace_id"]));
    }

    [Theory]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"violation\"}", "hate")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"verdict\":\"maybe\",\"seconds_spent\":-1}", "verdict must be violation, benign or escalate. seconds_spent must be 0 to 86400.")]
    [InlineData("/items/x/decide", "{\"epoch\":1,\"mood\":1}", "epoch (required), verdict (required), policies, seconds_spent, note")]
    [InlineData("/queues/nope/claim", "", "audit, escalation, hate, hate-leads,")]
    public async Task Call_ThatCannotBeDone_NamesWhatIsKnown(string path, string body, string known)
    {
        using var ana = fixture.Host.Ana;

        using var answer = await ana.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);

        Assert.Contains(known, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"epoch\":1,\"words of mine\":[1,}")]
    [InlineData("{\"epoch\":\"words of mine\"}")]
    [InlineData("{\"epoch\":1,\"verdict\":\"words of mine\"}")]
    public async Task Body_Broken_IsNotEchoed(string body)
    {
        using var ana = fixture.Host.Ana;

        using var answer = await ana.PostAsync("/items/x/decide", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain("words of mine", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_TooLarge_Answers413()
    {
        using var ana = fixture.Host.Ana;

        using var answer = await ana.PostAsync("/items/x/undo", new StringContent($"{{\"note\":\"{new string('a', 100_000)}\"}}", Encoding.UTF8, "application/json"), Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task OpenApi_NamesEveryCall()
    {
        using var client = fixture.Host.Client(null);

        var document = await client.GetFromJsonAsync<JsonNode>("/openapi/v1.json", Cancellation);

        Assert.Equal(
            ["/agreement", "/items/{id}", "/items/{id}/appeal", "/items/{id}/content", "/items/{id}/content/parts/{part}/image", "/items/{id}/decide", "/items/{id}/golden", "/items/{id}/heartbeat", "/items/{id}/release", "/items/{id}/skip", "/items/{id}/undo", "/queues", "/queues/{queue}/claim", "/queues/{queue}/top"],
            document!["paths"]!.AsObject().Select(path => path.Key).Order(StringComparer.Ordinal));
        var decide = document["paths"]!["/items/{id}/decide"]!["post"]!;
        Assert.Equal(["200", "400", "401", "403", "409", "413", "422", "429", "503"], decide["responses"]!.AsObject().Select(response => response.Key).Order(StringComparer.Ordinal));
        Assert.Contains(decide["parameters"]!.AsArray(), parameter => (string?)parameter!["name"] == "Idempotency-Key");
        Assert.Equal("http", (string?)document["components"]!["securitySchemes"]!["bearer"]!["type"]);
        Assert.Contains("`already_decided`", (string?)decide["responses"]!["409"]!["description"], StringComparison.Ordinal);
        var problem = document["components"]!["schemas"]!["ProblemDetails"]!["properties"]!;
        Assert.Contains("key_reused", problem["code"]!["enum"]!.AsArray().Select(code => (string?)code));
        Assert.NotNull(problem["trace_id"]);
        Assert.Equal(["cleared", "decided", "queued", "withdrawn"], ValuesOf("ItemView", "status"));
        Assert.Contains("dissent", ValuesOf("DecisionResult", "outcome"));
        Assert.DoesNotContain("TextWindow", document.ToJsonString(), StringComparison.Ordinal);

        IEnumerable<string> ValuesOf(string schema, string property) =>
            document["components"]!["schemas"]![schema]!["properties"]![property]!["enum"]!.AsArray().Select(value => (string)value!).Where(value => value.Length > 0).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a/b c%2F?#&")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("ümlaut \u202e")]
    [InlineData("null\0id")]
    public async Task Item_WhateverItsId_IsFoundUnderItsPath(string id)
    {
        var queue = $"queue-{id.Length}-{(int)id[0]}";
        await fixture.Host.PostAsync(id, "words", queue: queue);
        using var ana = fixture.Host.Ana;
        var claim = await ReviewHost.ClaimAsync(ana, queue, Cancellation);

        var (status, body) = await ReviewHost.GetAsync(ana, (string)claim["path"]!, Cancellation);

        Assert.Equal((200, id), (status, (string?)body!["item"]!["id"]));
    }

    [Theory]
    [InlineData("/items/dots-a/../dots-b")]
    [InlineData("/items/%2e%2e/items/dots-b")]
    [InlineData("/queues/../items/dots-b")]
    public async Task Item_PathWithDots_IsTheOneItLeadsTo(string path)
    {
        await fixture.Host.PostAsync("dots-a", "words", queue: "audit");
        await fixture.Host.PostAsync("dots-b", "words", queue: "audit");
        using var ana = fixture.Host.Ana;
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/dots-b", Cancellation)).Status == 200, Cancellation);

        // As it is: the client would resolve the dots itself.
        var address = new Uri($"{ana.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var body = await ana.GetFromJsonAsync<JsonNode>(address, Cancellation);

        Assert.Equal("dots-b", (string?)body!["item"]!["id"]);
    }

    [Fact]
    public void Options_WithManyFaults_NameThemAllAndNoToken()
    {
        var options = new ReviewOptions
        {
            LeaseMinutes = 20,
            LongestLeaseMinutes = 10,
            Tokens = new() { ["secret"] = new() { Name = "a b", Roles = "boss" } },
        };

        var failures = new ReviewOptionsRules().Validate(null, options).Failures!.ToList();

        Assert.Equal(4, failures.Count);
        Assert.DoesNotContain(failures, failure => failure.Contains("secret", StringComparison.Ordinal));
        Assert.True(new ReviewOptionsRules().Validate(null, new()).Failed);
        Assert.Equal(ValidateOptionsResult.Success, new ReviewOptionsRules().Validate(null, new() { Tokens = new() { [ReviewHost.AnaToken] = new() { Name = "ana" } } }));
    }
}
