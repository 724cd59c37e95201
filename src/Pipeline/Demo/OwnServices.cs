using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Demo.Services;

namespace Vigil.Pipeline.Demo;

/// <summary>
/// What a demo does differently on servers that someone named: the invented stream stays apart from what is real there, under
/// a prefix of its own, unless a prefix is set.
/// </summary>
internal static class OwnServices
{
    public const string Prefix = "vigil-demo.";
    public const string RedisPrefix = "{vigil-demo}";

    public static IEnumerable<KeyValuePair<string, string?>> Settings(DemoServices services) =>
    [
        .. services.KafkaEmbedded ? [] : Unless("Kafka:Prefix", Prefix),
        .. services.RedisEmbedded ? [] : Unless("Review:KeyPrefix", RedisPrefix),
    ];

    /// <summary>A setting of the demo's, unless the environment or appsettings.json has one.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Unless(string key, string value) =>
        CommandServices.Configuration()[$"Vigil:{key}"] is { Length: > 0 }
            ? []
            : [KeyValuePair.Create(key, (string?)value)];

    /// <summary>Said before anything is published.</summary>
    public static IEnumerable<string> Notes(DemoServices services, string topic, int? records)
    {
        if (!services.KafkaEmbedded)
        {
            yield return $"vigil demo: {DemoServices.KafkaVariable} is set, so {(records is { } count ? $"{count} records are" : "the file's records are")} published to {topic} of that cluster, and its topics are made there if missing. Another prefix: --prefix";
        }
    }
}
