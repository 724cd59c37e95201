using StackExchange.Redis;
using Vigil.Pipeline.Configuration;

namespace Vigil.Pipeline.Redis;

/// <summary>Connections to the Redis that was named; user, password, TLS and database pass through.</summary>
internal static class RedisClient
{
    /// <summary>Opens a connection that keeps trying; <see cref="RedisReachable"/> tells whether it came to be.</summary>
    public static ConnectionMultiplexer Open(RedisOptions options) => ConnectionMultiplexer.Connect(Parse(options));

    public static async Task<ConnectionMultiplexer> OpenAsync(RedisOptions options) => await ConnectionMultiplexer.ConnectAsync(Parse(options));

    internal static ConfigurationOptions Parse(RedisOptions options)
    {
        var configuration = Uri.TryCreate(options.Url, UriKind.Absolute, out var url) && url.Scheme is "redis" or "rediss"
            ? FromUrl(url!)
            : options.Url.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) || options.Url.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase)
                ? throw new FormatException("not an address")
                : ConfigurationOptions.Parse(options.Url);
        configuration.AbortOnConnectFail = false;
        configuration.ConnectRetry = 1;
        configuration.ConnectTimeout = 3_000;
        configuration.ClientName = "vigil";
        return configuration;
    }

    private static ConfigurationOptions FromUrl(Uri url)
    {
        var configuration = new ConfigurationOptions { Ssl = url.Scheme == "rediss" };
        configuration.EndPoints.Add(url.Host, url.IsDefaultPort || url.Port < 0 ? 6379 : url.Port);
        if (configuration.Ssl)
        {
            configuration.SslHost = url.Host;
        }

        if (url.UserInfo.Length > 0)
        {
            var parts = url.UserInfo.Split(':', 2);
            configuration.User = parts[0].Length > 0 && parts.Length == 2 ? Uri.UnescapeDataString(parts[0]) : null;
            configuration.Password = Uri.UnescapeDataString(parts[^1]);
        }

        if (int.TryParse(url.AbsolutePath.Trim('/'), out var database))
        {
            configuration.DefaultDatabase = database;
        }

        return configuration;
    }
}
