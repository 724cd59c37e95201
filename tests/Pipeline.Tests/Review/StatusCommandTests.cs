using System.CommandLine;
using System.Text.Json;
using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Vigil.Broker;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Tests.Review;

public sealed class StatusCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Status_OfAnId_ShowsItsEventsInOrderAndNobodyElses()
    {
        await using var broker = DevelopmentBroker.Start();
        using (var services = CommandServices.Build(new KeyValuePair<string, string?>("Kafka:Bootstrap", broker.Bootstrap)))
        {
            using var setup = new TopicSetup(services.GetRequiredService<KafkaClients>());
            await setup.ApplyAsync(grow: false);
        }

        var source = new SourceRecord { TopicId = "t", Partition = 3, Offset = 41 };
        await PublishAsync(broker, "post-1", new() { ContentId = "post-1", Kind = StatusEvent.Types.Kind.Disposition, Disposition = Disposition.Queued, Queue = "hate", Risk = 0.75, Source = source });
        await PublishAsync(broker, "post-2", new() { ContentId = "post-2", Kind = StatusEvent.Types.Kind.Disposition, Disposition = Disposition.Cleared, Source = source });
        await PublishAsync(broker, "post-1", new() { ContentId = "post-1", Kind = StatusEvent.Types.Kind.Decision, Verdict = "violation", DecisionId = "d", Source = source });

        using var document = JsonDocument.Parse(await RunAsync(broker, "post-1", "--json"));
        var events = document.RootElement.EnumerateArray().ToList();
        Assert.Equal([("disposition", "queued", null), ("decision", null, "violation")], events.Select(known => (Text(known, "kind"), Text(known, "disposition"), Text(known, "verdict"))));
        Assert.Equal((3, 41), (events[0].GetProperty("source").GetProperty("partition").GetInt32(), events[0].GetProperty("source").GetProperty("offset").GetInt64()));
        Assert.Contains("3/41", await RunAsync(broker, "post-1"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<CommandFailedException>(() => RunAsync(broker, "nobody"));
    }

    private static async Task PublishAsync(DevelopmentBroker broker, string id, StatusEvent status)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = broker.Bootstrap, Partitioner = Partitioner.Murmur2Random }).Build();
        await producer.ProduceAsync("vigil.status", new() { Key = id, Value = status.ToByteArray() }, Cancellation);
    }

    private static async Task<string> RunAsync(DevelopmentBroker broker, params string[] arguments)
    {
        await using var output = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false };
        string[] all = [.. arguments, "--set", $"Kafka:Bootstrap={broker.Bootstrap}"];
        Assert.Equal(ExitCode.Done, await StatusCommand.Create().Parse(all).InvokeAsync(configuration, Cancellation));
        return output.ToString();
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
