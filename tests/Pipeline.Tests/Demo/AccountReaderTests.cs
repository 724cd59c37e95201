using System.Text;
using Confluent.Kafka;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Pipeline.Demo.Accounting;

public sealed class AccountReaderTests
{
    [Fact]
    public async Task Read_DeadLetterOfATopicThatWasMadeAnew_IsNoPartOfThisAccount()
    {
        await using var harness = await WorkerHarness.StartAsync();
        await LeaveDeadLetterAsync(harness.Clients, topicId: "an-earlier-topic");
        await harness.PublishAsync("a", "a bad line");
        await harness.PublishAsync("b", []);
        await harness.StartWorkerAsync("one");
        await harness.StatusOfAsync(2, TestContext.Current.CancellationToken);

        var account = await new AccountReader(harness.Clients).ReadAsync(await ContentIdAsync(harness.Clients), _ => { }, TestContext.Current.CancellationToken);

        var report = account.Close();
        Assert.True(report.IsBalanced, string.Join('\n', report.Lines()));
        Assert.Equal((2, 1), (report.Content, report.DeadLetters));
    }

    private static async Task LeaveDeadLetterAsync(KafkaClients clients, string topicId)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(clients.Producer()).Build();
        await producer.ProduceAsync(clients.Topics.DeadLetters, new()
        {
            Value = [0xFF],
            Headers = new()
            {
                { WireHeaders.SourceTopicId, Encoding.ASCII.GetBytes(topicId) },
                { WireHeaders.SourcePartition, "0"u8.ToArray() },
                { WireHeaders.SourceOffset, "0"u8.ToArray() },
            },
        });
    }

    private static async Task<string> ContentIdAsync(KafkaClients clients)
    {
        using var topics = new TopicSetup(clients);
        return (await topics.ReadAsync()).Single(state => state.Wanted.Name == clients.Topics.Content).Id;
    }
}
