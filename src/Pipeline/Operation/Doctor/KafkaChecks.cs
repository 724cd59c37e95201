using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Operation.Doctor;

/// <summary>The brokers, and the topics against <c>design.md</c> §3.</summary>
internal static class KafkaChecks
{
    private const string Area = "Kafka";

    public static async Task<IReadOnlyList<Finding>> AllAsync(IServiceProvider services, IConfiguration configuration, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(configuration[$"{KafkaOptions.Section}:Bootstrap"]))
        {
            return [new(Area, Health.Note, "none is named; vigil demo starts its own", "for vigil run: KAFKA_BOOTSTRAP=host:port")];
        }

        try
        {
            var clients = services.GetRequiredService<KafkaClients>();
            await KafkaReachable.CheckAsync(clients, cancellation);
            using var admin = new AdminClientBuilder(clients.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            var brokers = admin.GetMetadata(TimeSpan.FromSeconds(clients.Options.ConnectSeconds)).Brokers.Count;
            using var setup = new TopicSetup(clients);
            var topics = await setup.ReadAsync();
            return
            [
                new(Area, Health.Ok, $"{clients.Options.Bootstrap} answers, {brokers} {(brokers == 1 ? "broker" : "brokers")}"),
                .. topics.Select(topic => Of(topic, clients.Options)),
            ];
        }
        catch (ServiceUnreachableException fault)
        {
            return [new(Area, Health.Wrong, fault.Message, "start it, or mend KAFKA_BOOTSTRAP and Vigil:Kafka:Client (TLS, SASL)")];
        }
        catch (Exception fault) when (fault is KafkaException or OptionsValidationException)
        {
            return [new(Area, Health.Wrong, fault.Message, "check what this user may do: deploy/README.md lists the ACLs each role needs")];
        }
    }

    private static Finding Of(TopicState topic, KafkaOptions options)
    {
        var area = $"topic {topic.Wanted.Name}";
        if (!topic.Exists)
        {
            return new(area, Health.Wrong, "does not exist", "vigil topics apply");
        }

        if (topic.Differences.Count > 0)
        {
            return new(area, Health.Wrong, string.Join("; ", topic.Differences.Select(one => $"{one.Name}={one.Is}, wanted {one.Wanted}")), "vigil topics apply");
        }

        var there = $"{topic.Partitions} partitions, {topic.Replication} replicas, id {topic.Id}";
        return topic.Partitions < topic.Wanted.Partitions ? new(area, Health.Note, $"{there}; {topic.Wanted.Partitions} partitions wanted", "vigil topics apply --grow; keys then move to other partitions")
            : topic.Replication < options.Replication ? new(area, Health.Note, $"{there}; {options.Replication} replicas wanted", "replicas of a topic that exists are changed with Kafka's own tools")
            : new(area, Health.Ok, there);
    }
}
