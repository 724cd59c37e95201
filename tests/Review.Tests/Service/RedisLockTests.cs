using StackExchange.Redis;
using Vigil.Review.Redis;
using Vigil.Review.Support;

namespace Vigil.Review.Service;

/// <summary>Pitfall 29: one works at a time, under a lock that ends by itself when its holder is gone.</summary>
public sealed class RedisLockTests(RedisServer redis)
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _key = $"{RedisServer.NewPrefix()}:lock";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IDatabase Database => redis.Connection.GetDatabase();

    [Fact]
    public async Task Keep_WhileItsHolderWorks_LetsNobodyElseInPastItsLength()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await TakeAsync("first");
        var kept = RedisLock.KeepAsync(Database, _key, "first", Length, TimeProvider.System, stop);

        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < 2 * Length)
        {
            Assert.False(await Database.LockTakeAsync(_key, "second", Length));
            await Task.Delay(20, Token);
        }

        await stop.CancelAsync();
        await kept;
    }

    [Fact]
    public async Task Keep_HolderIsGone_TheNextOneTakesIt()
    {
        await TakeAsync("killed");

        var since = TimeProvider.System.GetTimestamp();
        while (!await Database.LockTakeAsync(_key, "next", Length))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, "The lock of a holder that is gone did not end.");
            await Task.Delay(20, Token);
        }
    }

    [Fact]
    public async Task Keep_LockIsLost_StopsItsHolder()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await TakeAsync("first");
        var kept = RedisLock.KeepAsync(Database, _key, "first", Length, TimeProvider.System, stop);

        // Redis was flushed, and another came.
        await Database.KeyDeleteAsync(_key);
        Assert.True(await Database.LockTakeAsync(_key, "second", Patience));

        await kept.WaitAsync(Patience, Token);
        Assert.True(stop.IsCancellationRequested);
        Assert.Equal("second", await Database.LockQueryAsync(_key));
    }

    [Fact]
    public async Task Reader_ThatTookItsLock_WouldFreeItTenSecondsAfterItsDeath()
    {
        await using var host = await ReviewHost.StartAsync(redis, Token);
        var key = host.Stage.Scripts.Key("reader");
        await ReviewHost.UntilAsync(() => Database.KeyExistsAsync(key), Token);

        Assert.InRange((await Database.KeyTimeToLiveAsync(key))!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private async Task TakeAsync(string token) => Assert.True(await Database.LockTakeAsync(_key, token, Length));
}
