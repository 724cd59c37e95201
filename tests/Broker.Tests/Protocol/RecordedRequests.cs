using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Vigil.Broker.Protocol;

namespace Vigil.Broker.Tests.Protocol;

/// <summary>What the real client sends while it does all that it can do, taken down between it and a broker.</summary>
public sealed class RecordedRequests : IAsyncLifetime
{
    private const int KeptOfAKind = 4;
    private const string Topic = "recorded";

    private readonly ConcurrentDictionary<(ApiKey Key, short Version), ConcurrentBag<byte[]>> _frames = new();

    /// <summary>Frames without their length prefix.</summary>
    internal IReadOnlyList<byte[]> Frames => [.. _frames.OrderBy(kind => kind.Key).SelectMany(kind => kind.Value)];

    internal IReadOnlySet<ApiKey> Keys => _frames.Keys.Select(kind => kind.Key).ToHashSet();

    public async ValueTask InitializeAsync()
    {
        using var tap = new TcpListener(IPAddress.Loopback, 0);
        tap.Start();
        var address = tap.LocalEndpoint.ToString()!;
        await using var broker = DevelopmentBroker.Start(new BrokerOptions { Advertise = address });
        using var stop = new CancellationTokenSource();
        var tapping = TapAsync(tap, IPEndPoint.Parse(broker.Bootstrap), stop.Token);
        await Task.Run(() => DoEverythingAsync(address));
        await stop.CancelAsync();
        await tapping;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task DoEverythingAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = Topic };
        await admin.CreateTopicsAsync([new() { Name = Topic, NumPartitions = 1, ReplicationFactor = 1, Configs = new() { ["retention.ms"] = "100000" } }]);
        await admin.CreatePartitionsAsync([new() { Topic = Topic, IncreaseTo = 2 }]);
        await admin.DescribeConfigsAsync([resource]);
        await admin.IncrementalAlterConfigsAsync(new() { [resource] = [new() { Name = "retention.ms", Value = "200000", IncrementalOperation = AlterConfigOpType.Set }] });
        await admin.AlterConfigsAsync(new() { [resource] = [new() { Name = "retention.ms", Value = "300000" }] });
        await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([Topic]));
        await WorkAsync(bootstrap);
        await admin.ListOffsetsAsync([new() { TopicPartition = new(Topic, 0), OffsetSpec = OffsetSpec.ForTimestamp(1) }]);
        await admin.ListConsumerGroupsAsync();
        await admin.DescribeConsumerGroupsAsync(["group"]);
        await admin.ListConsumerGroupOffsetsAsync([new("group", null)]);
        await admin.DeleteRecordsAsync([new(Topic, 0, 1)]);
        await RefusedAsync(() => admin.DeleteConsumerGroupOffsetsAsync("group", [new(Topic, 0)]));
        await RefusedAsync(() => admin.DeleteGroupsAsync(["group"]));
        await admin.DeleteTopicsAsync([Topic]);
    }

    /// <summary>The static member of the group is away, and still a member.</summary>
    private static async Task RefusedAsync(Func<Task> ask) => await Assert.ThrowsAnyAsync<KafkaException>(ask);

    private static async Task WorkAsync(string bootstrap)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrap, TransactionalId = "writer", LingerMs = 0, CompressionType = CompressionType.Lz4 }).Build();
        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "group",
            GroupInstanceId = "one",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
            HeartbeatIntervalMs = 50,
        }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        await producer.ProduceAsync(new TopicPartition(Topic, 0), new() { Key = "key", Value = "value", Headers = new Headers { { "name", [1, 2] } } });
        producer.CommitTransaction();
        consumer.Subscribe(Topic);
        var record = consumer.Consume(TimeSpan.FromSeconds(30));
        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new(Topic, 0, record.Offset + 1)], consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(30));
        producer.AbortTransaction();
        consumer.Commit(record);
        consumer.OffsetsForTimes([new(new TopicPartition(Topic, 0), new Timestamp(0, TimestampType.CreateTime))], TimeSpan.FromSeconds(30));
        consumer.Consume(TimeSpan.FromMilliseconds(300));
        consumer.Close();
        using var member = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "leaving" }).Build();
        member.Subscribe(Topic);
        member.Consume(TimeSpan.FromSeconds(1));
        member.Close();
    }

    private async Task TapAsync(TcpListener tap, IPEndPoint broker, CancellationToken stop)
    {
        var pumps = new List<Task>();
        try
        {
            while (true)
            {
                pumps.Add(PassAsync(await tap.AcceptTcpClientAsync(stop), broker, stop));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(pumps);
        }
    }

    private async Task PassAsync(TcpClient client, IPEndPoint broker, CancellationToken stop)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(broker, stop);
                var back = server.GetStream().CopyToAsync(client.GetStream(), stop);
                await TakeDownAsync(client.GetStream(), server.GetStream(), stop);
                server.Client.Shutdown(SocketShutdown.Send);
                await back;
            }
            catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }

    private async Task TakeDownAsync(NetworkStream from, NetworkStream to, CancellationToken stop)
    {
        var prefix = new byte[4];
        while (await from.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false, stop) == 4)
        {
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
            await from.ReadExactlyAsync(frame, stop);
            var kind = _frames.GetOrAdd(((ApiKey)BinaryPrimitives.ReadInt16BigEndian(frame), BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(2))), _ => []);
            if (kind.Count < KeptOfAKind)
            {
                kind.Add(frame);
            }

            await to.WriteAsync((byte[])[.. prefix, .. frame], stop);
        }
    }
}
