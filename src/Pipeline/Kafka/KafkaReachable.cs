using Confluent.Kafka;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Kafka;

/// <summary>Whether the named brokers answer, asked once before anything starts.</summary>
internal static class KafkaReachable
{
    public static Task CheckAsync(KafkaClients clients, CancellationToken cancellation) => Task.Run(
        () =>
        {
            // Connection attempts are retried and logged by the client; one message at the end is enough.
            using var admin = new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            try
            {
                admin.GetMetadata(TimeSpan.FromSeconds(clients.Options.ConnectSeconds));
            }
            catch (KafkaException fault)
            {
                throw new ServiceUnreachableException(
                    $"Kafka at {clients.Options.Bootstrap} does not answer within {clients.Options.ConnectSeconds} s ({fault.Error.Reason}). Check KAFKA_BOOTSTRAP (Vigil:Kafka:Bootstrap) and that the broker runs.",
                    fault);
            }
        },
        cancellation);
}
