using System.Diagnostics.Metrics;
using Vigil.Review.Projection;
using Vigil.Review.Support;

namespace Vigil.Review.Service;

/// <summary>What keeps the queues from following the logs is said once, as a line and as a metric, and so is its end.</summary>
public sealed class HaltedProjectionTests
{
    private const string Halted = "Queues stand still";
    private const string Rebuilt = "Queues are rebuilt";
    private const string Follows = "Queues follow the logs again";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redis_FullThenGivenRoomThenFlushed_IsSaidOnceEachAndTheQueuesCatchUp()
    {
        await using var own = new RedisServer();
        await own.InitializeAsync();
        using var logs = new LogLines();
        await using var host = await ReviewHost.StartAsync(own, Cancellation, logs: logs);
        using var ana = host.Ana;
        await host.PostAsync("before", "words");
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/before", Cancellation)).Status == 200, Cancellation);

        // A new Redis is a rebuild too.
        await ReviewHost.UntilAsync(() => Task.FromResult(logs.Of(Rebuilt, Follows).Count == 2), Cancellation);
        Assert.Equal(0, Full());

        // :: Full: publishing goes on, the queues stand still
        await own.Connection.GetServer(own.Address).ConfigSetAsync("maxmemory", "1");
        for (var i = 0; i < 20; i++)
        {
            await host.PostAsync($"x{i}", "words");
        }

        await ReviewHost.UntilAsync(() => Task.FromResult(Full() == 1), Cancellation);
        // It is tried again every second; the line is not repeated.
        await ReviewHost.UntilAsync(async () => await RefusedAsync(own) >= 3, Cancellation);
        Assert.Equal(404, (await ReviewHost.GetAsync(ana, "/items/x19", Cancellation)).Status);
        Assert.Contains("maxmemory", Assert.Single(logs.Of(Halted)), StringComparison.Ordinal);
        Assert.Single(logs.Of(Follows));
        var claim = await ReviewHost.SendAsync(ana, "/queues/hate/claim", new { }, Cancellation);
        Assert.Equal((503, "unavailable"), (claim.Status, (string?)claim.Body!["code"]));
        Assert.StartsWith("Redis is full", (string?)claim.Body["detail"], StringComparison.Ordinal);

        // :: Room again
        await own.Connection.GetServer(own.Address).ConfigSetAsync("maxmemory", "0");
        await ReviewHost.UntilAsync(async () => await DepthAsync(ana) == 21, Cancellation);
        await ReviewHost.UntilAsync(() => Task.FromResult(Full() == 0), Cancellation);
        Assert.Equal((1, 2, 1), (logs.Of(Halted).Count, logs.Of(Follows).Count, logs.Of(Rebuilt).Count));

        // :: Flushed
        await own.Connection.GetServer(own.Address).FlushDatabaseAsync();
        await ReviewHost.UntilAsync(async () => await DepthAsync(ana) == 21 && logs.Of(Follows).Count == 3, Cancellation);
        Assert.Equal((1, 3, 2), (logs.Of(Halted).Count, logs.Of(Follows).Count, logs.Of(Rebuilt).Count));
    }

    private static async Task<int> DepthAsync(HttpClient client)
    {
        var (status, top) = await ReviewHost.GetAsync(client, "/queues/hate/top?count=100", Cancellation);
        return status == 200 ? top!.AsArray().Count : -1;
    }

    // Every attempt to go on is one command that Redis turned away.
    private static async Task<long> RefusedAsync(RedisServer redis)
    {
        var stats = await redis.Connection.GetServer(redis.Address).InfoAsync("errorstats");
        var line = stats.SelectMany(section => section).FirstOrDefault(each => each.Key == "errorstat_OOM").Value;
        return line is null ? 0 : long.Parse(line["count=".Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    // Hosts of other tests are in the same process, but none has a Redis that is full.
    private static int Full()
    {
        var full = -1;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "vigil.projection.halted")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => full = (string?)tags[0].Value == ProjectionHalts.RedisFull ? value : full);
        listener.Start();
        listener.RecordObservableInstruments();
        return full;
    }
}
