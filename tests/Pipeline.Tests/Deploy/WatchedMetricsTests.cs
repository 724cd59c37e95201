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

    private const int MostValues = 24;
    private const string Words = "^[a-z_]*$";

    // Pitfall 54: every label there may be, and the form of its values. None is an id, a text or a name of a publisher's choice.
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["otel_scope_name"] = @"^Vigil\.[A-Za-z]+$",
        ["otel_scope_version"] = "^$",
        ["le"] = @"^(\+Inf|[0-9.E+-]+)$",
        ["partition"] = "^[0-9]{1,2}$",
        ["topic"] = "^vigil[.][a-z-]+$",
        ["operation"] = "^[A-Za-z_]+$",
        ["hash"] = "^[0-9a-f]{16}$",
        ["version"] = @"^[0-9]+\.[0-9]+\.[0-9]+",
        ["disposition"] = Words,
        ["queue"] = Words,
        ["stage"] = Words,
        ["reason"] = Words,
        ["kind"] = Words,
        ["buffer"] = Words,
        ["client"] = Words,
        ["provider"] = Words,
        ["side"] = Words,
        ["state"] = Words,
        ["outcome"] = Words,
        ["verdict"] = Words,
        ["policy"] = Words,
    };

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
        CheckLabels(await client.GetStringAsync("/metrics", Token));
    }

    private static void CheckLabels(string metrics)
    {
        var labels = metrics.Split('\n').Where(line => line.StartsWith("vigil_", StringComparison.Ordinal))
            .SelectMany(line => Label().Matches(line))
            .Select(match => (Name: match.Groups[1].Value, Value: match.Groups[2].Value))
            .ToLookup(label => label.Name, label => label.Value);
        Assert.NotEmpty(labels);
        foreach (var label in labels)
        {
            Assert.True(Labels.TryGetValue(label.Key, out var form), $"{label.Key} is a label that nobody has judged");
            Assert.All(label, value => Assert.Matches(form, value));
            Assert.InRange(label.Distinct().Count(), 1, label.Key == "le" ? 100 : MostValues);
        }
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

    [GeneratedRegex("[{,]([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex Label();

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Address();

    [GeneratedRegex(@"Bearer ([A-Za-z0-9._-]+)'")]
    private static partial Regex Bearer();
}
