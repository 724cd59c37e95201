using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Redis;

namespace Vigil.Pipeline;

/// <summary>Asks Kafka and, where a role needs it, Redis at the same time, so that both are named when both are down.</summary>
internal static class ServicesReachable
{
    public static async Task CheckAsync(IServiceProvider services, CancellationToken cancellation)
    {
        List<Task> checks = [KafkaReachable.CheckAsync(services.GetRequiredService<KafkaClients>(), cancellation)];
        if (services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IConnectionMultiplexer)))
        {
            checks.Add(Task.Run(() => RedisReachable.CheckAsync(services.GetRequiredService<IOptions<RedisOptions>>().Value, cancellation), cancellation));
        }

        await Task.WhenAll(checks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        List<Exception> faults = [.. checks.Select(check => check.Exception?.InnerException).OfType<Exception>()];
        if (faults.Count > 1 && faults.TrueForAll(fault => fault is ServiceUnreachableException))
        {
            throw new AggregateException(faults);
        }

        await Task.WhenAll(checks);
    }
}
