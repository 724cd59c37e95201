using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Http;

/// <summary>Bodies that no sound client sends: each is answered, or refused with a code; none is an error of ours.</summary>
public sealed class HostileBodiesTests(ReviewHostFixture fixture) : IClassFixture<ReviewHostFixture>
{
    private const long Most = 1 << 20;

    private static readonly string[] Paths = ["/items/x/decide", "/items/x/skip", "/items/x/undo", "/items/x/heartbeat", "/items/x/release", "/queues/hate/claim"];

    private static readonly byte[][] Sound =
    [
        """{"epoch":1767225600000001,"verdict":"violation","policies":["hate"],"seconds_spent":12.5,"note":"an insult"}"""u8.ToArray(),
        """{"epoch":1,"reason":"not my language","seconds_spent":0}"""u8.ToArray(),
        """{"decision_id":"0b7b1d5e-1f3c-4c83-9a86-0b8b1c7b3b5d","note":"a slip"}"""u8.ToArray(),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Hostile => new()
    {
        { "nested 10,000 deep", new string('[', 10_000) },
        { "nested 10,000 deep below a field", $$"""{"epoch":1,"verdict":"benign","policies":{{new string('[', 10_000)}}""" },
        { "beyond 64 bits", """{"epoch":99999999999999999999,"verdict":"benign"}""" },
        { "beyond every number", """{"epoch":1,"verdict":"benign","seconds_spent":1e999}""" },
        { "a fraction for a whole number", """{"epoch":1.5,"verdict":"benign"}""" },
        { "half a character", """{"epoch":1,"verdict":"\ud800"}""" },
        { "twice the same name", """{"epoch":1,"verdict":"benign","verdict":7}""" },
        { "two epochs", """{"epoch":1,"verdict":"benign","epoch":2}""" },
        { "not UTF-8", "{\"epoch\":1,\"verdict\":\"\u00ff\"}" },
        { "nothing", "" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Decide_HostileBody_Answers400(string what, string body)
    {
        using var ana = fixture.Host.Ana;

        using var answer = await ana.PostAsync("/items/x/decide", Content(Encoding.Latin1.GetBytes(body)), Cancellation);

        Assert.Equal((what, 400), (what, (int)answer.StatusCode));
        Assert.Equal("invalid", await CodeOfAsync(answer));
    }

    [Fact]
    public void Read_AnyChangeOfASoundBody_IsABodyOrARefusalAndIsCheap() => HostileBytes.Near(Sound).Sample(
        bytes =>
        {
            var (body, refused) = HostileBytes.Within(Most, () => Read<DecideBody>(bytes));
            Assert.NotEqual(body is null, refused is null);
            Assert.NotEqual(Read<SkipBody>(bytes) is (null, _), Read<SkipBody>(bytes) is (_, null));
            Assert.NotEqual(Read<UndoBody>(bytes) is (null, _), Read<UndoBody>(bytes) is (_, null));
        },
        iter: 3_000);

    [Fact]
    public async Task Call_WithAnyChangeOfASoundBody_IsAnsweredOrRefusedWithACode()
    {
        using var ana = fixture.Host.Ana;

        await Gen.Select(HostileBytes.Near(Sound), Gen.Int[0, Paths.Length - 1]).SampleAsync(
            async (bytes, path) =>
            {
                using var answer = await ana.PostAsync(Paths[path], Content(bytes), Cancellation);
                var status = (int)answer.StatusCode;
                Assert.True(status is 200 or 204 or 400 or 404 or 409 or 422, $"{Paths[path]} answered {status}");
                Assert.True(status < 400 || !string.IsNullOrEmpty(await CodeOfAsync(answer)));
            },
            iter: 400,
            threads: 4);
    }

    [Fact]
    public async Task Item_RankedWithNumbersThatAreNone_IsShownWithoutThem()
    {
        using var ana = fixture.Host.Ana;
        var item = LogRecords.Ranked("endless", 0, 'A', Disposition.Queued, LogRecords.Day0, 5, queue: "endless");
        item.Scores.Add(new PolicyScore { Policy = "hate" });
        item.Evidence = new();
        item.Evidence.Reasons.Add(new Reason { Feature = "f" });
        LogRecords.SetFractions(item, double.PositiveInfinity);
        await fixture.Host.RankAsync(item);
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/endless", Cancellation)).Status != 404, Cancellation);

        var shown = await ReviewHost.GetAsync(ana, "/items/endless", Cancellation);
        var top = await ReviewHost.GetAsync(ana, "/queues/endless/top", Cancellation);
        var claim = await ReviewHost.SendAsync(ana, "/queues/endless/claim", new { }, Cancellation);

        Assert.Equal((200, 200, 200), (shown.Status, top.Status, claim.Status));
        Assert.Equal((0, 0), ((double)claim.Body!["evidence"]!["expected_views"]!, (double)claim.Body["lease"]!["propensity"]!));
    }

    private static (T? Body, IResult? Refused) Read<T>(byte[] bytes)
        where T : class
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(bytes);
        var reading = Bodies.ReadAsync<T>(context);
        Assert.True(reading.IsCompleted, "A body that is there was waited for.");
        return reading.GetAwaiter().GetResult();
    }

    private static ByteArrayContent Content(byte[] bytes) => new(bytes) { Headers = { ContentType = new("application/json") } };

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) => (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))?["code"];
}
