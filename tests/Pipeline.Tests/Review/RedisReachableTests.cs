using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Services;
using Vigil.Pipeline.Redis;

namespace Vigil.Pipeline.Tests.Review;

public sealed class RedisReachableTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("redis://127.0.0.1:6380/3", "127.0.0.1:6380", false, 3, null, null)]
    [InlineData("rediss://ana:p%40ss@queue.example:7000", "queue.example:7000", true, null, "ana", "p@ss")]
    [InlineData("redis://:secret@queue.example", "queue.example:6379", false, null, null, "secret")]
    [InlineData("queue.example:6390,password=secret,defaultDatabase=2", "queue.example:6390", false, 2, null, "secret")]
    public void Parse_UrlOrConfiguration_PassesEverythingThrough(string url, string endPoint, bool tls, int? database, string? user, string? password)
    {
        var configuration = RedisClient.Parse(new RedisOptions { Url = url });

        Assert.EndsWith(endPoint, configuration.EndPoints.Single().ToString(), StringComparison.Ordinal);
        Assert.Equal((tls, database, user, password), (configuration.Ssl, configuration.DefaultDatabase, configuration.User, configuration.Password));
        Assert.False(configuration.AbortOnConnectFail);
    }

    [Fact]
    public async Task Check_NothingThere_SaysUnreachableInTime()
    {
        var options = new RedisOptions { Url = "redis://127.0.0.1:1", ConnectSeconds = 1 };
        await using var redis = await RedisClient.OpenAsync(options);

        var fault = await Assert.ThrowsAsync<ServiceUnreachableException>(() => RedisReachable.CheckAsync(redis, options, Cancellation));

        Assert.Contains("REDIS_URL", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ServerThatEvicts_IsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var (child, url) = await RedisChild.StartAsync(folder.Path, Cancellation);
        await using var running = child;
        var options = new RedisOptions { Url = url["redis://".Length..] + ",allowAdmin=true" };
        await using var redis = await RedisClient.OpenAsync(options);
        await RedisReachable.CheckAsync(redis, options, Cancellation);
        await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");

        var fault = await Assert.ThrowsAsync<CommandFailedException>(() => RedisReachable.CheckAsync(redis, options, Cancellation));

        Assert.Contains("allkeys-lru", fault.Message, StringComparison.Ordinal);
        Assert.Contains("noeviction", fault.Message, StringComparison.Ordinal);
    }
}
