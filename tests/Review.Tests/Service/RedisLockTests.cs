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

    [Fact]
    public async Task Keep_WhileItsHolderWorks_LetsNobodyElseInPastItsLength()
    {
        var database = redis.Connection.GetDatabase();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Assert.True(await database.LockTakeAsync(_key, "first", Length));
        var kept = RedisLock.KeepAsync(database, _key, "first", Length, TimeProvider.System, stop);

        var since = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(since) < 2 * Length)
        {
            Assert.False(await database.LockTakeAsync(_key, "second", Length));
            await Task.Delay(20, Token);
        }

        await stop.CancelAsync();
        await kept;
    }

    [Fact]
    public async Task Keep_HolderIsGone_TheNextOneTakesIt()
    {
        var database = redis.Connection.GetDatabase();
        Assert.True(await database.LockTakeAsync(_key, "killed", Length));

        var since = TimeProvider.System.GetTimestamp();
        while (!await database.LockTakeAsync(_key, "next", Length))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, "The lock of a holder that is gone did not end.");
            await Task.Delay(20, Token);
        }
    }

    [Fact]
    public async Task Keep_LockIsLost_StopsItsHolder()
    {
        var database = redis.Connection.GetDatabase();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Assert.True(await database.LockTakeAsync(_key, "first", Length));
        var kept = RedisLock.KeepAsync(database, _key, "first", Length, TimeProvider.System, stop);

        // Redis was flushed, and another came.
        await database.KeyDeleteAsync(_key);
        Assert.True(await database.LockTakeAsync(_key, "second", Patience));

        await kept.WaitAsync(Patience, Token);
        Assert.True(stop.IsCancellationRequested);
        Assert.Equal("second", await database.LockQueryAsync(_key));
    }
}
