using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Vigil.Pipeline.Kafka;

/// <summary>Asks Kafka something small all the time: a process that has had no answer for some seconds is not ready.</summary>
internal sealed class KafkaAnswering(KafkaClients clients, TimeProvider time) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(7);

    // Nothing starts before Kafka has answered once.
    private long _answered = time.GetTimestamp();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(time.GetElapsedTime(Volatile.Read(ref _answered)) < LongestSilence
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("Kafka does not answer"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var admin = new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            if (await AnswersAsync(admin).ConfigureAwait(false))
            {
                Volatile.Write(ref _answered, time.GetTimestamp());
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private static async Task<bool> AnswersAsync(IAdminClient admin)
    {
        try
        {
            await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = CallTimeout }).ConfigureAwait(false);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }
}
