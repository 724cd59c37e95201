using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Vigil.Embed;

public static class EmbedRegistration
{
    /// <summary>Registers options (to be bound by the caller), metrics, the encoder of the options' folder and the embedder.</summary>
    public static IServiceCollection AddEmbed(this IServiceCollection services)
    {
        services.AddOptions<EmbedOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmbedOptions>, EmbedOptionsValidator>();
        services.AddSingleton<EmbedMetrics>();
        services.AddSingleton<IEncoder>(provider => OnnxEncoder.Load(
            provider.GetRequiredService<IOptions<EmbedOptions>>().Value,
            provider.GetRequiredService<EmbedMetrics>()));
        services.AddSingleton(provider => new ContentEmbedder(
            provider.GetRequiredService<IEncoder>(),
            provider.GetRequiredService<EmbedMetrics>()));
        return services;
    }
}
