namespace Vigil.Review.Support;

/// <summary>One host for the tests of a class that do not disturb each other.</summary>
public sealed class ReviewHostFixture(RedisServer redis) : IAsyncLifetime
{
    internal ReviewHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await ReviewHost.StartAsync(redis, CancellationToken.None);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
