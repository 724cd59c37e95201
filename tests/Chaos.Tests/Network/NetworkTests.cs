using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests.Network;

/// <summary>The line between a worker and its broker, cut and then bad for a while, with records published all along.</summary>
public sealed partial class NetworkTests
{
    private const string Prefix = "network.";
    private const string PublisherName = "publisher";
    private const int Seed = 20261129;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(30);
    private static readonly Topics Topics = new(Prefix);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_LineCutAndBadForAMinute_LosesNothingRepeatsNothingAndSaysSo()
    {
        await using var proxy = new TcpProxy(PublisherName, Seed);
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { Advertise = proxy.Address });
        proxy.Serve(broker.Bootstrap);
        var environment = new Dictionary<string, string> { ["VIGIL__KAFKA__PREFIX"] = Prefix };
        using var topics = VigilProcess.Start(proxy.Address, environment, "topics", "apply");
        Assert.Equal(0, await topics.ExitCodeAsync(Token));

        environment["VIGIL__HTTP__URLS"] = $"http://127.0.0.1:{LoopbackPort.Free()}";
        using var http = new HttpClient { BaseAddress = new(environment["VIGIL__HTTP__URLS"]) };
        using var worker = VigilProcess.Start(proxy.Address, environment, "run", "--roles", "worker", "--set", "Bank:Starter=", "--set", "Ingest:WatchdogSeconds=120");
        var ended = worker.ExitCodeAsync(Token);
        using var publisher = new SteadyPublisher(proxy.Address, Topics.Content, burst: 5, PublisherName);
        await TopicContents.Until(() => Statuses(proxy) >= 100, "the worker to be at work", Token);
        await TopicContents.UntilAsync(async () => await ReadyAsync(http) == HttpStatusCode.OK, "the worker to be ready", Token);

        proxy.Cut();
        var cut = Task.Delay(Phase, Token);
        await TopicContents.UntilAsync(async () => await ReadyAsync(http) == HttpStatusCode.ServiceUnavailable, "the worker to say that it is not ready", Token);
        await cut;
        proxy.MakeBad();
        await Task.Delay(Phase, Token);
        proxy.Mend();
        await publisher.StopAsync();

        await TopicContents.Until(() => Statuses(proxy) >= publisher.Published.Count || ended.IsCompleted, "every record to have its status", Token);
        Assert.False(ended.IsCompleted, "the worker lives on");
        await TopicContents.UntilAsync(async () => await ReadyAsync(http) == HttpStatusCode.OK, "the worker to be ready again", Token);
        Assert.True(await BackoffAsync(http) > 1, "the time lost shows in vigil.kafka.backoff");
        var status = TopicContents.ReadStatus(proxy.Address, Topics.Status).Select(one => (one.Source.Partition, one.Source.Offset)).Order().ToList();
        Assert.Equal(publisher.Published.Order(), status);
    }

    private static int Statuses(TcpProxy proxy) => TopicContents.ReadAll(proxy.Address, Topics.Status).Count;

    private static async Task<HttpStatusCode?> ReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), Token);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<double> BackoffAsync(HttpClient http) => Backoff()
        .Matches(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Token))
        .Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^vigil_kafka_backoff_seconds_total\{[^}]*\} ([0-9.eE+-]+)", RegexOptions.Multiline)]
    private static partial Regex Backoff();
}
