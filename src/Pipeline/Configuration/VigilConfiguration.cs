using Microsoft.Extensions.Options;

namespace Vigil.Pipeline.Configuration;

/// <summary>Where settings come from, later ones winning: appsettings.json, environment, command line.</summary>
internal static class VigilConfiguration
{
    /// <summary>Adds the short names of the environment and <paramref name="settings"/> of the command line (KEY=VALUE, the key below <c>Vigil:</c>).</summary>
    public static void AddVigil(this IConfigurationBuilder configuration, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        configuration.AddInMemoryCollection(ShortNames());
        configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Vigil:{setting.Key}", setting.Value)));
    }

    /// <summary>Binds and validates the settings that every role needs; with ValidateOnStart all errors come at once.</summary>
    public static void AddVigilOptions(this IServiceCollection services)
    {
        services.AddOptions<KafkaOptions>().BindConfiguration(KafkaOptions.Section).ValidateOnStart();
        services.AddOptions<RedisOptions>().BindConfiguration(RedisOptions.Section);
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsRules>();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpOptions>, HttpOptionsRules>();
    }

    /// <summary>Parses KEY=VALUE.</summary>
    public static KeyValuePair<string, string?> ParseSetting(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(text[..equals].Replace("__", ":", StringComparison.Ordinal), (string?)text[(equals + 1)..])
            : throw new FormatException($"'{text}' is not KEY=VALUE");
    }

    private static IEnumerable<KeyValuePair<string, string?>> ShortNames()
    {
        (string Variable, string Key)[] names = [("KAFKA_BOOTSTRAP", "Vigil:Kafka:Bootstrap"), ("REDIS_URL", "Vigil:Redis:Url")];
        return names
            .Select(name => KeyValuePair.Create(name.Key, Environment.GetEnvironmentVariable(name.Variable)))
            .Where(pair => !string.IsNullOrEmpty(pair.Value));
    }
}
