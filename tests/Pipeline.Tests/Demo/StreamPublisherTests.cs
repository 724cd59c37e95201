using Microsoft.Extensions.Options;
using Vigil.Broker;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Samples;

namespace Vigil.Pipeline.Tests.Demo;

public sealed class StreamPublisherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dispose_InMidStream_WaitsUntilNothingIsPublishedAnyMore()
    {
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { AutoCreateTopics = true });
        var publisher = new StreamPublisher(new KafkaClients(Options.Create(new KafkaOptions { Bootstrap = broker.Bootstrap })), TimeProvider.System);
        using var asked = new SemaphoreSlim(0);
        using var answered = new SemaphoreSlim(0);
        var publishing = publisher.PublishAsync(Held(), ratePerSecond: 0, Token);
        Assert.True(await asked.WaitAsync(Patience, Token));

        var disposing = publisher.DisposeAsync().AsTask();
        await Task.WhenAny(disposing, Task.Delay(TimeSpan.FromMilliseconds(200), Token));
        Assert.False(disposing.IsCompleted);
        answered.Release();

        await disposing.WaitAsync(Patience, Token);
        Assert.True(publishing.IsCanceled);

        IEnumerable<StreamRecord> Held()
        {
            asked.Release();
            answered.Wait(Patience, Token);
            yield return SampleStream.Generate(1)[0].ToPublish();
        }
    }
}
