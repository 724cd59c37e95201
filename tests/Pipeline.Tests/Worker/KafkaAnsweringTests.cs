using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests.Worker;

public sealed class KafkaAnsweringTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_KafkaGoneAndBack_IsUnhealthyMeanwhile()
    {
        await using var broker = await RestartableDevelopmentBroker.StartAsync();
        using var answering = new KafkaAnswering(new(Options.Create(new KafkaOptions { Bootstrap = broker.Bootstrap })), TimeProvider.System);
        await answering.StartAsync(Token);
        Assert.Equal(HealthStatus.Healthy, await StatusAsync(answering));

        await broker.StopAsync();
        await UntilAsync(answering, HealthStatus.Unhealthy);
        await broker.RestartAsync(Token);
        await UntilAsync(answering, HealthStatus.Healthy);
        await answering.StopAsync(Token);
    }

    private static async Task<HealthStatus> StatusAsync(KafkaAnswering answering) => (await answering.CheckHealthAsync(new(), Token)).Status;

    private static Task UntilAsync(KafkaAnswering answering, HealthStatus status) =>
        TopicContents.Until(() => StatusAsync(answering).GetAwaiter().GetResult() == status, $"Kafka to be {status}", Token);
}
