using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vigil.Broker;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Disposition = Vigil.Contracts.Wire.Disposition;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Review.Support;

/// <summary>A development broker with the four topics the stage touches, and any number of review instances over it and one Redis.</summary>
internal sealed class ReviewHost : IAsyncDisposable
{
    public const string AnaToken = "token-of-ana-0123456789";
    public const string BenToken = "token-of-ben-0123456789";
    public const string LeaToken = "token-of-lea-0123456789";

    private static readonly Policy[] Policies = [new("hate", "Hate", 8, 30, "hate", "hate-leads", 0.5, "Attacks people for what they are.")];

    private readonly RedisServer _redis;
    private readonly DevelopmentBroker _broker;
    private readonly List<WebApplication> _apps = [];
    private HostFace? _face;

    private ReviewHost(RedisServer redis, DevelopmentBroker broker)
    {
        _redis = redis;
        _broker = broker;
        Producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig { BootstrapServers = broker.Bootstrap, LingerMs = 0 }).Build();
        Admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Bootstrap }).Build();
    }

    public Topics Topics { get; } = new();

    public string Prefix { get; } = RedisServer.NewPrefix();

    public IProducer<string, byte[]?> Producer { get; }

    public IAdminClient Admin { get; }

    public string ContentTopicId { get; private set; } = "";

    /// <param name="face">What serves beside REST.</param>
    public static async Task<ReviewHost> StartAsync(RedisServer redis, CancellationToken cancellation, TimeProvider? time = null, double lingerMs = 0, LogLines? logs = null, HostFace? face = null, params (string Key, string Value)[] settings)
    {
        var host = new ReviewHost(redis, DevelopmentBroker.Start()) { _face = face };
        await host.CreateTopicsAsync();
        await host.AddInstanceAsync(time: time, lingerMs: lingerMs, logs: logs, settings: settings);
        await UntilAsync(async () => (await host.Ana.GetAsync("/queues", cancellation)).IsSuccessStatusCode, cancellation);
        return host;
    }

    public HttpClient Ana => Client(AnaToken);

    public HttpClient Ben => Client(BenToken);

    public HttpClient Lea => Client(LeaToken);

    public IServiceProvider Services => _apps[0].Services;

    public string Address => _apps[0].Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public ReviewStage Stage => _apps[0].Services.GetRequiredService<ReviewStage>();

    public HttpClient Client(string? token, int instance = 0)
    {
        var address = _apps[instance].Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <param name="producerBootstrap">Where this instance's decisions go; another address than the broker's loses them.</param>
    /// <param name="time">The clock of the instance's machine.</param>
    /// <param name="lingerMs">How long a decision waits in the client before it is sent.</param>
    /// <param name="logs">Where its log goes; nowhere without.</param>
    /// <param name="settings">Below <c>Vigil:Review:</c>.</param>
    public async Task<WebApplication> AddInstanceAsync(string? producerBootstrap = null, TimeProvider? time = null, double lingerMs = 0, LogLines? logs = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Vigil:Review:KeyPrefix"] = Prefix,
            ["Vigil:Review:DrawShare"] = "0",
            ["Vigil:Review:SecondShare"] = "0",
            ["Vigil:Review:DeliverySeconds"] = producerBootstrap is null ? "60" : "1",
            ["Vigil:Review:AnswerSeconds"] = producerBootstrap is null ? "60" : "2",
            [$"Vigil:Review:Tokens:{AnaToken}:Name"] = "ana",
            [$"Vigil:Review:Tokens:{BenToken}:Name"] = "ben",
            [$"Vigil:Review:Tokens:{LeaToken}:Name"] = "lea",
            [$"Vigil:Review:Tokens:{LeaToken}:Roles"] = "reviewer,lead",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Vigil:Review:{setting.Key}", (string?)setting.Value)));
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(logs is null ? LogLevel.None : LogLevel.Information).Services.AddSingleton<ILoggerProvider>(_ => (ILoggerProvider?)logs ?? NullLoggerProvider.Instance));
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(_redis.Connection);
        var bootstrap = _broker.Bootstrap;
        builder.Services.AddReview(
            _ => new(
                new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "review" },
                new ProducerConfig { BootstrapServers = producerBootstrap ?? bootstrap, LingerMs = lingerMs, Partitioner = Partitioner.Murmur2Random },
                new AdminClientConfig { BootstrapServers = bootstrap },
                Topics),
            _ => Policies);
        _face?.Add(builder.Services, Policies);
        var app = builder.Build();
        app.UseStatusCodePages();
        app.UseRouting();
        _face?.Map(app);
        app.MapReview();
        await app.StartAsync();
        _apps.Add(app);
        return app;
    }

    public async Task StopInstanceAsync(int instance) => await _apps[instance].StopAsync();

    /// <summary>Publishes content and the ranked item the worker would make of it.</summary>
    public async Task<RankedItem> PostAsync(string id, string text, double value = 1, long revision = 0, Disposition disposition = Disposition.Queued, string queue = "hate")
    {
        var content = new Contracts.Content { Id = id, Revision = revision, AuthorId = "author", Parts = [new TextPart(text)] };
        return await PostAsync(content, value, disposition, queue);
    }

    public async Task<RankedItem> PostAsync(Contracts.Content content, double value = 1, Disposition disposition = Disposition.Queued, string queue = "hate")
    {
        var place = await Producer.ProduceAsync(Topics.Content, new() { Key = content.Id, Value = content.ToWire().ToByteArray() });
        var item = LogRecords.Ranked(content.Id, content.Revision, '-', disposition, place.Timestamp.UtcDateTime, place.Offset, queue, value, place.Partition);
        item.Version.Digest = ByteString.CopyFrom(Convert.FromHexString(ContentDigest.Of(content).ToString()));
        item.Source.TopicId = ContentTopicId;
        await RankAsync(item);
        return item;
    }

    public async Task RankAsync(RankedItem item) => await Producer.ProduceAsync(Topics.Ranked, new() { Key = item.ContentId, Value = item.ToByteArray() });

    public async Task WithdrawAsync(string id)
    {
        var place = await Producer.ProduceAsync(Topics.Content, new() { Key = id, Value = null });
        await RankAsync(LogRecords.Ranked(id, 0, '-', Disposition.Withdrawn, place.Timestamp.UtcDateTime, place.Offset, partition: place.Partition));
    }

    /// <summary>Claims until the queue gives something: the projection follows the log by milliseconds.</summary>
    public static async Task<JsonNode> ClaimAsync(HttpClient client, string queue, CancellationToken cancellation, string key = "")
    {
        JsonNode? claim = null;
        await UntilAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"/queues/{queue}/claim");
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await client.SendAsync(request, cancellation);
                claim = answer.StatusCode == System.Net.HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<JsonNode>(cancellation) : null;
                return claim is not null;
            },
            cancellation);
        return claim!;
    }

    public static async Task<(int Status, JsonNode? Body)> SendAsync(HttpClient client, string path, object body, CancellationToken cancellation, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Default) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var answer = await client.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public static async Task<(int Status, JsonNode? Body)> GetAsync(HttpClient client, string path, CancellationToken cancellation)
    {
        using var answer = await client.GetAsync(path, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>All records of a topic, in order of their partitions and offsets.</summary>
    public async Task<List<ConsumeResult<byte[], byte[]>>> ReadAsync(string topic, Func<List<ConsumeResult<byte[], byte[]>>, bool> enough, CancellationToken cancellation)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _broker.Bootstrap, GroupId = "test", IsolationLevel = IsolationLevel.ReadCommitted }).Build();
        consumer.Assign(Enumerable.Range(0, 3).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[], byte[]>>();
        await UntilAsync(
            () =>
            {
                while (consumer.Consume(TimeSpan.Zero) is { } record)
                {
                    records.Add(record);
                }

                return Task.FromResult(enough(records));
            },
            cancellation);
        return records;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    public async Task CreateContentTopicAsync()
    {
        await Admin.CreateTopicsAsync([Specification(Topics.Content)]);
        await UntilAsync(async () => (await IdOfContentAsync()) is { } id && (ContentTopicId = id).Length > 0, CancellationToken.None);
    }

    /// <summary>Deletes a topic and creates it again: another topic under the same name.</summary>
    public async Task RecreateAsync(string topic, CancellationToken cancellation)
    {
        await Admin.DeleteTopicsAsync([topic]);
        await UntilAsync(
            async () =>
            {
                try
                {
                    await Admin.CreateTopicsAsync([Specification(topic)]);
                    return true;
                }
                catch (CreateTopicsException)
                {
                    return false;
                }
            },
            cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        Producer.Dispose();
        Admin.Dispose();
        await _broker.DisposeAsync();
    }

    private async Task CreateTopicsAsync()
    {
        await Admin.CreateTopicsAsync([Specification(Topics.Ranked), Specification(Topics.Decisions), Specification(Topics.Status), Specification(Topics.Views)]);
        await CreateContentTopicAsync();
    }

    private async Task<string?> IdOfContentAsync()
    {
        try
        {
            return (await new Projection.TopicDirectory(new Lazy<IAdminClient>(Admin)).DescribeAsync(Topics.Content))[0].Id;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    private static TopicSpecification Specification(string name) => new()
    {
        Name = name,
        NumPartitions = 3,
        ReplicationFactor = 1,
        Configs = new() { ["message.timestamp.type"] = "LogAppendTime" },
    };
}

/// <summary>What an instance serves beside REST.</summary>
internal sealed record HostFace(Action<IServiceCollection, IReadOnlyList<Policy>> Add, Action<WebApplication> Map);
