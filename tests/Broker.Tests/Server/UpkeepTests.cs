using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Vigil.Broker.Server;

namespace Vigil.Broker.Tests.Server;

public sealed class UpkeepTests
{
    [Fact]
    public async Task EveryAsync_ActThatFails_IsTriedAgainAtTheNextTick()
    {
        var time = new FakeTimeProvider();
        var upkeep = new Upkeep(new BrokerOptions { Time = time }, null!, null!, null!, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        using var acted = new SemaphoreSlim(0);

        var running = upkeep.EveryAsync(
            TimeSpan.FromSeconds(1),
            () =>
            {
                acted.Release();
                throw new InvalidOperationException("Not an I/O error, and yet no end of the upkeep.");
            },
            stop.Token);
        for (var tick = 0; tick < 3; tick++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await acted.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), $"tick {tick}");
        }

        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running;
    }
}
