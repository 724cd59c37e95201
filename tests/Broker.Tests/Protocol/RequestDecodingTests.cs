using CsCheck;
using Vigil.Broker.Groups;
using Vigil.Broker.Protocol;
using Vigil.Broker.Server;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Tests.Protocol;

/// <summary>Requests as the real client makes them, changed: each is answered, held, or refused as malformed.</summary>
public sealed class RequestDecodingTests(RecordedRequests recorded) : IClassFixture<RecordedRequests>
{
    /// <summary>What an answer may take; a request that lies about a length asks for gigabytes.</summary>
    private const long Most = 16 << 20;

    [Fact]
    public void Recorded_AreRequestsOfEveryKindButOne() =>
        // Asked only where a log was cut back under its reader.
        Assert.Equal([ApiKey.OffsetForLeaderEpoch], SupportedApi.All.Select(api => api.Key).Except(recorded.Keys));

    [Fact]
    public void Serve_AnyChangeOfARealRequest_IsAnsweredHeldOrMalformed()
    {
        using var folder = new TemporaryFolder();
        using var topics = new TopicStore(folder.Path, TimeProvider.System);
        using var groups = new GroupCoordinator(folder.Path, topics, TimeProvider.System, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(30));
        using var transactions = new TransactionCoordinator(folder.Path, topics, groups, TimeProvider.System);
        var dispatcher = new Dispatcher(new BrokerOptions(), new AdvertisedAddress("127.0.0.1", 9092), topics, groups, transactions);
        topics.Create("recorded", 2, TopicConfig.Default);

        foreach (var frame in recorded.Frames)
        {
            Serve(dispatcher, frame);
        }

        HostileBytes.Near([.. recorded.Frames]).Sample(frame => HostileBytes.Within(Most, () => Serve(dispatcher, frame)), iter: 6_000);
    }

    /// <summary>With a client that leaves at once, so that nothing is held for long.</summary>
    private static int Serve(Dispatcher dispatcher, byte[] frame)
    {
        using var writer = new WireWriter();
        var serving = dispatcher.ServeAsync(frame, writer, new CancellationToken(canceled: true)).AsTask();
        Assert.True(serving.IsCompleted, "a request was held although its client had left");
        return serving.Exception?.InnerException is { } fault and not MalformedFrameException
            ? throw new InvalidOperationException("a request broke its handler", fault)
            : writer.Frame.Length;
    }
}
