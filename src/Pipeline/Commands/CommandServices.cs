using Microsoft.Extensions.Options;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;

namespace Vigil.Pipeline.Commands;

/// <summary>Configuration and clients for commands that run no role.</summary>
internal static class CommandServices
{
    /// <summary>The same sources as a role's host, later ones winning: appsettings.json, environment, <paramref name="settings"/>.</summary>
    public static ServiceProvider Build(params IEnumerable<KeyValuePair<string, string?>> settings) => Build(static _ => { }, settings);

    public static IConfigurationRoot Configuration(params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables();
        configuration.AddVigil(settings);
        return configuration.Build();
    }

    /// <param name="add">What this command needs besides.</param>
    public static ServiceProvider Build(Action<IServiceCollection> add, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var built = Configuration(settings);
        if (SettingsCheck.Of(built).Errors is { Count: > 0 } errors)
        {
            throw new OptionsValidationException(SettingsCatalogue.Root, typeof(CommandServices), errors);
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(built);
        services.AddVigilOptions();
        services.AddSingleton<KafkaClients>();
        add(services);
        return services.BuildServiceProvider();
    }
}
