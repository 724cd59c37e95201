using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vigil.Pipeline.Demo;

namespace Vigil.Pipeline.Tests.Deploy;

/// <summary>A metric that an alert or a panel names must exist, or it is silent for ever.</summary>
public sealed partial class WatchedMetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Pitfall 54: each has few values; none is an id or a text of a publisher.
    private static readonly string[] Labels =
    [
        "otel_scope_name", "otel_scope_version", "le", "disposition", "queue", "stage", "reason", "kind", "buffer", "topic", "partition", "client", "operation", "provider", "side", "state",
        "outcome", "verdict", "policy", "hash", "version",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_OfAlertsAndDashboards_AreServedByARunningDemo()
    {
        using var demo = new DemoProcess(["--keep", "--limit", "400"], KeyValuePair.Create("VIGIL__INGEST__BATCHRECORDS", "16"));
        using var client = await ReviewerAsync(demo);
        await WorkAsync(client);
        await AddToBankAsync(demo);

        var missing = Watched().ToList();
        Assert.NotEmpty(missing);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Patience);
        try
        {
            while (missing.Count > 0)
            {
                var served = await client.GetStringAsync("/metrics", patience.Token);
                missing.RemoveAll(name => served.Contains($"\n{name}{{", StringComparison.Ordinal) || served.Contains($"\n{name} ", StringComparison.Ordinal));
                await Task.Delay(100, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
        }

        Assert.Empty(missing);
        var labels = (await client.GetStringAsync("/metrics", Token)).Split('\n').Where(line => line.StartsWith("vigil_", StringComparison.Ordinal)).SelectMany(line => LabelName().Matches(line)).Select(match => match.Groups[1].Value);
        Assert.Empty(labels.Distinct().Except(Labels));
    }

    // `up` is Prometheus' own.
    private static IEnumerable<string> Watched() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy"), "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".rules.yml", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal))
        .SelectMany(file => MetricName().Matches(File.ReadAllText(file)).Select(match => match.Value))
        .Distinct();

    private static async Task<HttpClient> ReviewerAsync(DemoProcess demo)
    {
        await demo.LineAsync("Serving until Ctrl-C", Token);
        var review = await demo.LineAsync("  review ", Token);
        var client = new HttpClient { BaseAddress = new(Address().Match(review).Value) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Bearer().Match(review).Groups[1].Value);
        return client;
    }

    // One claim and one decision.
    private static async Task WorkAsync(HttpClient client)
    {
        var queues = await client.GetFromJsonAsync<JsonElement>("/queues", Token);
        var queue = queues.EnumerateArray().First(one => one.GetProperty("depth").GetInt32() > 0).GetProperty("name").GetString();
        using var claim = await client.PostAsync($"/queues/{queue}/claim", null, Token);
        var item = (await claim.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Token));
        using var decide = await client.PostAsJsonAsync(
            $"/items/{item.GetProperty("id").GetString()}/decide",
            new { epoch = item.GetProperty("lease").GetProperty("epoch").GetInt64(), verdict = "benign" },
            Token);
        decide.EnsureSuccessStatusCode();
    }

    private static async Task AddToBankAsync(DemoProcess demo)
    {
        var kafka = (await demo.LineAsync("  Kafka ", Token)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "vigil"),
            ["bank", "add", "--id", "watched-1", "--side", "violation", "--policy", "hate", "--text", "an invented line for the bank"]);
        start.Environment["KAFKA_BOOTSTRAP"] = kafka;
        using var add = Process.Start(start)!;
        await add.WaitForExitAsync(Token);
        Assert.Equal(0, add.ExitCode);
    }

    [GeneratedRegex(@"\b(vigil|dotnet)_[a-z_]+[a-z]\b")]
    private static partial Regex MetricName();

    [GeneratedRegex("[{,]([a-z_]+)=")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();

    [GeneratedRegex(@"Bearer ([A-Za-z0-9._-]+)'")]
    private static partial Regex Bearer();
}
