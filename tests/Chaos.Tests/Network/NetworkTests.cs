using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests.Network;

/// <summary>The line between a worker and its broker, cut and then bad for a while, with records published all along.</summary>
public sealed partial class NetworkTests
{
    private const int Seed = 20261129;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_LineCutAndBadForAMinute_LosesNothingRepeatsNothingAndSaysSo()
    {
        await using var worker = await ProxiedWorker.StartAsync(Seed, Token, "Ingest:WatchdogSeconds=120");
        var proxy = worker.Proxy;
        var ended = worker.Process.ExitCodeAsync(Token);
        using var publisher = new SteadyPublisher(proxy.Address, worker.Topics.Content, burst: 5, ProxiedWorker.PublisherName);
        await TopicContents.Until(() => worker.Statuses() >= 100, "the worker to be at work", Token);
        await TopicContents.UntilAsync(async () => await ReadyAsync(worker.Http) == HttpStatusCode.OK, "the worker to be ready", Token);

        proxy.Cut();
        var cut = Task.Delay(Phase, Token);
        await TopicContents.UntilAsync(async () => await ReadyAsync(worker.Http) == HttpStatusCode.ServiceUnavailable, "the worker to say that it is not ready", Token);
        await cut;
        proxy.MakeBad();
        await Task.Delay(Phase, Token);
        proxy.Mend();
        await publisher.StopAsync();

        await TopicContents.Until(() => worker.Statuses() >= publisher.Published.Count || ended.IsCompleted, "every record to have its status", Token);
        Assert.False(ended.IsCompleted, "the worker lives on");
        await TopicContents.UntilAsync(async () => await ReadyAsync(worker.Http) == HttpStatusCode.OK, "the worker to be ready again", Token);
        Assert.True(await BackoffAsync(worker.Http) > 1, "the time lost shows in vigil.kafka.backoff");
        var status = TopicContents.ReadStatus(proxy.Address, worker.Topics.Status).Select(one => (one.Source.Partition, one.Source.Offset)).Order().ToList();
        Assert.Equal(publisher.Published.Order(), status);
    }

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
