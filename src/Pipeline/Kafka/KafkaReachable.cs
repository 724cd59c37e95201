using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Kafka;

/// <summary>Whether the named brokers answer, asked once before anything starts.</summary>
internal static class KafkaReachable
{
    public static Task CheckAsync(KafkaClients clients, CancellationToken cancellation) => Task.Run(
        () =>
        {
            // Connection attempts are retried and logged by the client; one message at the end is enough.
            using var admin = Open(clients);
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

    private static IAdminClient Open(KafkaClients clients)
    {
        try
        {
            return new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            // What passes through to the client only the client can judge.
            throw new OptionsValidationException("Vigil", typeof(KafkaOptions), [$"Vigil:Kafka:Client: {fault.Message}"]);
        }
    }
}
