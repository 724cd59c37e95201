using Confluent.Kafka;

namespace Vigil.Ingest.Tests.Outcomes;

public sealed class ProducerSettingsTests
{
    private readonly IngestOptions _options = new();

    /// <summary>
    /// Pitfall 41: a broker that still writes the last transaction's end is asked again soon, not after the client's 100 ms. What
    /// that is worth is <c>pipeline.eos_vs_at_least_once</c> of `vigil bench pipeline`.
    /// </summary>
    [Fact]
    public void For_NextTransaction_WaitsLittleBehindTheLast() =>
        Assert.InRange(ProducerSettings.For(new ProducerConfig { RetryBackoffMs = 100 }, _options).RetryBackoffMs!.Value, 1, 25);

    [Fact]
    public void For_Message_DoesNotOutliveItsTransaction()
    {
        var config = ProducerSettings.For(new ProducerConfig { MessageTimeoutMs = 300_000, EnableIdempotence = false }, _options);

        Assert.True(config.EnableIdempotence);
        Assert.InRange(config.MessageTimeoutMs!.Value, 1, config.TransactionTimeoutMs!.Value - 1);
    }
}
