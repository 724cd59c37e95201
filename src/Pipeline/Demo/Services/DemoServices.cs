namespace Vigil.Pipeline.Demo.Services;

/// <summary>
/// Kafka and Redis of a demo: those that KAFKA_BOOTSTRAP and REDIS_URL name, and for what is not named a child of our own.
/// A named one that does not answer is an error elsewhere; nothing here falls back.
/// </summary>
internal sealed class DemoServices : IAsyncDisposable
{
    public const string KafkaVariable = "KAFKA_BOOTSTRAP";
    public const string RedisVariable = "REDIS_URL";

    private readonly List<ChildProcess> _children = [];
    private TemporaryFolder? _folder;

    private DemoServices()
    {
    }

    public required string Kafka { get; init; }

    public required string Redis { get; init; }

    /// <summary>Whether each is a child of ours.</summary>
    public bool KafkaEmbedded { get; private init; }

    public bool RedisEmbedded { get; private init; }

    /// <summary>Ends as soon as a child does, which none should while the demo runs; the text says which.</summary>
    public Task<string> ChildEnded { get; private set; } = new TaskCompletionSource<string>().Task;

    /// <summary>The settings that point the roles at them.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Settings =>
    [
        KeyValuePair.Create("Kafka:Bootstrap", (string?)Kafka),
        KeyValuePair.Create("Redis:Url", (string?)Redis),
    ];

    public static async Task<DemoServices> StartAsync(CancellationToken cancellation)
    {
        var namedKafka = Named(KafkaVariable);
        var namedRedis = Named(RedisVariable);
        var folder = namedKafka is null || namedRedis is null ? new TemporaryFolder() : null;
        List<ChildProcess> children = [];
        try
        {
            var (kafka, redis) = (namedKafka, namedRedis);
            if (kafka is null)
            {
                (var child, kafka) = await BrokerChild.StartAsync(folder!.Below("broker"), cancellation);
                children.Add(child);
            }

            if (redis is null)
            {
                (var child, redis) = await RedisChild.StartAsync(folder!.Below("redis"), cancellation);
                children.Add(child);
            }

            var services = new DemoServices { Kafka = kafka, Redis = redis, KafkaEmbedded = namedKafka is null, RedisEmbedded = namedRedis is null };
            services.Own(folder, children);
            return services;
        }
        catch
        {
            await StopAsync(children, folder);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_children, _folder);
        _children.Clear();
        _folder = null;
    }

    private void Own(TemporaryFolder? folder, List<ChildProcess> children)
    {
        _folder = folder;
        _children.AddRange(children);
        if (children.Count > 0)
        {
            ChildEnded = FirstEndAsync(children);
        }
    }

    private static async Task<string> FirstEndAsync(IReadOnlyList<ChildProcess> children)
    {
        var ended = await Task.WhenAny(children.Select(child => child.Exited));
        var child = children.First(child => child.Exited == ended);
        return $"The embedded {child.Name} ended with code {await ended}: {child.LastLines}";
    }

    private static async Task StopAsync(IReadOnlyList<ChildProcess> children, TemporaryFolder? folder)
    {
        foreach (var child in children)
        {
            await child.DisposeAsync();
        }

        folder?.Dispose();
    }

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
