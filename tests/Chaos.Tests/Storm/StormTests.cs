namespace Vigil.Chaos.Tests.Storm;

// Two classes, so that both storms blow at the same time.
[Trait("Runs", "alone")]
public sealed class StormOnDevelopmentBroker
{
    [Fact]
    public Task Storm_ThirtyKills_NothingIsLostNorTwice() => Storm.RunAsync(StormServers.DevelopmentBroker, kills: 30, readMarkers: true);
}

[Trait("Runs", "alone")]
public sealed class StormOnApacheKafka
{
    [Fact]
    public Task Storm_TwelveKills_NothingIsLostNorTwice() => Storm.RunAsync(StormServers.ApacheKafka, kills: 12, readMarkers: false);
}
