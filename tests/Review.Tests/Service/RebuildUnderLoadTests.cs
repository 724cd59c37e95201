using Vigil.Review.Support;

namespace Vigil.Review.Service;

public sealed class RebuildUnderLoadTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rebuild_WhileRecordsNeverStopComing_IsServedAndNothingIsLeftOut()
    {
        await using var host = await ReviewHost.StartAsync(redis, Cancellation);
        var items = new List<Contracts.Wire.RankedItem>();
        for (var i = 0; i < 8; i++)
        {
            items.Add(await host.PostAsync($"x{i}", "words"));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sent = 0;
        var publishing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await Task.WhenAll(items.Select(item => host.RankAsync(item)));
                    sent += items.Count;
                }
            },
            Cancellation);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        string? served;
        try
        {
            served = await host.Stage.RebuildAsync(null, patience.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await publishing;
        }

        await host.PostAsync("last", "words");
        using var ana = host.Ana;
        await ReviewHost.UntilAsync(async () => (await ReviewHost.GetAsync(ana, "/items/last", Cancellation)).Status == 200, Cancellation);
        Assert.Equal(served, await host.Stage.Projection.ServedAsync());
        Assert.Equal(9, (await ReviewHost.GetAsync(ana, "/queues/hate/top", Cancellation)).Body!.AsArray().Count);
        Assert.True(sent > 0);
    }
}
