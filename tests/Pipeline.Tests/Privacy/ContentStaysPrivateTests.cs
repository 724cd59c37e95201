using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Google.Protobuf;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo;
using Vigil.Pipeline.Tests.Worker;
using Content = Vigil.Contracts.Wire.Content;

namespace Vigil.Pipeline.Tests.Privacy;

/// <summary>
/// What people wrote is in the topics, in Redis and in the answers to reviewers, and nowhere else: a word that stands in
/// everything published is looked for in logs, metrics, traces and the bodies of errors, of all roles.
/// </summary>
public sealed partial class ContentStaysPrivateTests
{
    private const string Word = "zqmarkerxwordqz";
    private const string Text = $"you are a worthless idiot {Word}, go away {Word}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MarkedTexts_ThroughAllRoles_AreInNoLogMetricTraceOrError()
    {
        await using var collector = await OtlpSink.StartAsync();
        using var demo = new DemoProcess(["--keep", "--limit", "40"], Environment(collector));
        await demo.LineAsync("Serving until Ctrl-C", Token);
        var kafka = (await demo.LineAsync("  Kafka ", Token)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var review = await demo.LineAsync("  review ", Token);
        using var client = new HttpClient { BaseAddress = new(Address().Match(review).Value) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Bearer().Match(review).Groups[1].Value);

        var published = await PublishAsync(kafka);
        await TopicContents.Until(
            () => TopicContents.ReadStatus(kafka, "vigil.status").Count(one => one.ContentId.StartsWith("private-", StringComparison.Ordinal)) >= published,
            "a disposition of every marked record",
            Token);
        var errors = await CallAsync(client);
        var metrics = await client.GetStringAsync("/metrics", Token);
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {demo.Id}"]);
        await demo.EndAsync(Token);

        var logs = string.Join('\n', demo.Lines);
        var traces = Encoding.UTF8.GetString(collector.Of("/v1/traces"));
        var exported = Encoding.UTF8.GetString(collector.Of("/v1/metrics"));
        foreach (var (where, text) in new[] { ("the logs", logs), ("/metrics", metrics), ("traces", traces), ("exported metrics", exported), ("bodies of errors", errors) })
        {
            Assert.False(text.Contains(Word, StringComparison.OrdinalIgnoreCase), $"{where} hold what was published: {Around(text)}");
        }

        // Ids are there: where they are written, a content would have been found.
        Assert.Contains("Bank record private-bank-broken", logs, StringComparison.Ordinal);
        Assert.Contains("/items/private-1/content", traces, StringComparison.Ordinal);
        Assert.Contains("rank item", traces, StringComparison.Ordinal);
        Assert.Contains("vigil_review_decisions", metrics, StringComparison.Ordinal);
        Assert.Contains("vigil.", exported, StringComparison.Ordinal);
        Assert.Contains("info: Vigil.", logs, StringComparison.Ordinal);
    }

    private static KeyValuePair<string, string>[] Environment(OtlpSink collector) =>
    [
        new("Logging__LogLevel__Default", "Debug"),
        new("Logging__LogLevel__Vigil", "Trace"),
        new("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        new("OTEL_BSP_SCHEDULE_DELAY", "200"),
        new("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        new("VIGIL__REVIEW__REQUESTSPERSECOND", "20"),
    ];

    /// <returns>How many records of content.</returns>
    private static async Task<int> PublishAsync(string kafka)
    {
        using var producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = kafka, LingerMs = 0 }).SetLogHandler((_, _) => { }).Build();
        Task Bank(string key, byte[] value) => producer.ProduceAsync("vigil.bank", new() { Key = key, Value = value }, Token);
        var count = 0;
        async Task Send(string key, byte[]? value, params (string Name, string Value)[] headers)
        {
            var all = new Headers { { $"x-{Word}", Encoding.UTF8.GetBytes(Word) } };
            foreach (var (name, text) in headers)
            {
                all.Add(name, Encoding.UTF8.GetBytes(text));
            }

            await producer.ProduceAsync("vigil.content", new() { Key = key, Value = value, Headers = all }, Token);
            count++;
        }

        await Bank("private-bank#state", """{"state":"STATE_LIVE"}"""u8.ToArray());
        await Bank("private-bank", Encoding.UTF8.GetBytes($$"""{"id":"private-bank","side":"SIDE_VIOLATION","policies":["harassment"],"part":{"text":"{{Text}}"},"note":"{{Word}}"}"""));
        await Bank("private-bank-broken", Encoding.UTF8.GetBytes($$"""{"id":"private-bank-broken","side":"{{Word}}","part":{"text":"{{Text}}"}"""));
        await Bank("private-bank-empty", Encoding.UTF8.GetBytes($$"""{"id":"private-bank-empty","side":"SIDE_BENIGN","policies":["hate"],"note":"{{Word}}"}"""));

        await Send("private-1", Post("private-1").ToByteArray(), (WireHeaders.TraceParent, "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"));
        await Send("private-2", Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(Post("private-2"))));
        var picture = Post("private-3");
        picture.Parts.Add(new Part { Image = new() { Bytes = ByteString.CopyFromUtf8(Word), Mime = $"image/{Word}" } });
        await Send("private-3", picture.ToByteArray());
        await Send("private-4", Encoding.UTF8.GetBytes($$"""{"id":"private-4","{{Word}}":1,"parts":[{"text":"{{Text}}"""));
        await Send("private-5", [0, .. Encoding.UTF8.GetBytes(Text)]);
        await Send("private-6", Encoding.UTF8.GetBytes($$"""{"id":"private-6","revision":"{{Word}}","createdAt":"{{Word}}","parts":[{"text":"{{Text}}"}]}"""));
        await Send("private-7", Encoding.UTF8.GetBytes(Text), (WireHeaders.ContentType, Word));
        await Send("private-8", Post("private-8").ToByteArray(), (WireHeaders.Schema, Word));
        await Send("private-9", Post("private-9").ToByteArray(), (WireHeaders.TraceParent, Word));
        var many = Post("private-10");
        many.Parts.AddRange(Enumerable.Repeat(many.Parts[0], 70));
        await Send("private-10", many.ToByteArray());
        await Send("private-11", [.. Post("private-11").ToByteArray()[..^3]]);
        await Send("private-12", Post("private-12").ToByteArray());
        await Send("private-12", null);
        return count;
    }

    private static Content Post(string id)
    {
        var content = new Content
        {
            Id = id,
            AuthorId = $"author-{Word}",
            Url = $"https://example.org/{Word}",
            Surface = Word,
            Lang = Word,
            Reach = new() { ViewsPerHour = 100_000 },
        };
        content.Parts.Add(new Part { Text = $"{Text} ({id})" });
        content.Attributes.Add(Word, Word);
        return content;
    }

    /// <returns>The bodies of all that was refused.</returns>
    private static async Task<string> CallAsync(HttpClient client)
    {
        Assert.Contains(Word, await client.GetStringAsync("/items/private-1/content", Token), StringComparison.Ordinal);
        var item = await client.GetFromJsonAsync<JsonElement>("/items/private-1", Token);
        var queue = item.GetProperty("item").GetProperty("queue").GetString();
        Assert.False(string.IsNullOrEmpty(queue), "the marked post is in no queue: it would be on no way worth watching");
        using var claimed = await client.PostAsync($"/queues/{queue}/claim", null, Token);
        var claim = await claimed.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Token);
        var path = claim.GetProperty("path").GetString();
        var epoch = claim.GetProperty("lease").GetProperty("epoch").GetInt64();
        var refused = new StringBuilder();
        foreach (var (call, body) in Refused(path!, epoch))
        {
            using var answer = await client.PostAsync(call, new StringContent(body, Encoding.UTF8, "application/json"), Token);
            Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{call} answered {(int)answer.StatusCode}");
            refused.AppendLine(await answer.Content.ReadAsStringAsync(Token));
        }

        using var foreign = await client.PostAsync($"{path}/decide", new StringContent(Text, Encoding.UTF8, "text/plain"), Token);
        refused.AppendLine(await foreign.Content.ReadAsStringAsync(Token));
        using var decided = await client.PostAsJsonAsync($"{path}/decide", new { epoch, verdict = "benign", note = Text }, Token);
        decided.EnsureSuccessStatusCode();
        await OverTheLimitAsync(client, refused);
        return refused.ToString();
    }

    /// <summary>Calls of one token are limited; health and metrics beside them never are.</summary>
    private static async Task OverTheLimitAsync(HttpClient client, StringBuilder refused)
    {
        string[] paths = ["/queues", "/health/live", "/metrics"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 240).Select(async i => (Path: paths[i % 3], Answer: await client.GetAsync(paths[i % 3], Token))));
        var tooMany = answers.Where(one => one.Answer.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(tooMany);
        Assert.All(tooMany, one => Assert.Equal("/queues", one.Path));
        Assert.All(answers.Except(tooMany), one => Assert.Equal(HttpStatusCode.OK, one.Answer.StatusCode));
        refused.AppendLine(await tooMany[0].Answer.Content.ReadAsStringAsync(Token));
    }

    private static IEnumerable<(string Path, string Body)> Refused(string path, long epoch) =>
    [
        ($"{path}/decide", $$"""{"epoch":{{epoch}},"verdict":"{{Word}}","note":"{{Text}}"}"""),
        ($"{path}/decide", $$"""{"epoch":{{epoch}},"verdict":"violation","policies":["{{Word}}"]}"""),
        ($"{path}/decide", $$"""{"epoch":"{{Word}}","verdict":"benign"}"""),
        ($"{path}/decide", $$"""{"epoch":{{epoch}},"{{Word}}":1}"""),
        ($"{path}/decide", $$"""{"epoch":{{epoch}},"verdict":"benign","note":"{{Text}}"""),
        ($"{path}/decide", $$"""{"epoch":{{epoch}},"verdict":"benign","note":"{{string.Concat(Enumerable.Repeat(Text, 100))}}"}"""),
        ($"{path}/decide", $$"""{"epoch":{{epoch}},"verdict":"benign","note":"{{string.Concat(Enumerable.Repeat(Text, 2_000))}}"}"""),
        ($"{path}/skip", $$"""{"epoch":1,"reason":"{{Text}}"}"""),
        ($"{path}/undo", $$"""{"decision_id":"{{Word}}","note":"{{Text}}"}"""),
        ($"{path}/heartbeat", $$"""["{{Word}}"]"""),
    ];

    private static string Around(string text)
    {
        var at = text.IndexOf(Word, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 60)];
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();

    [GeneratedRegex(@"Bearer ([A-Za-z0-9._-]+)'")]
    private static partial Regex Bearer();
}
