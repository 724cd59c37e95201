using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Vigil.Embed;

public static class EmbedRegistration
{
    /// <summary>Registers options (to be bound by the caller), metrics, the encoder of the options' folder, the space of its vectors and the embedder; a second call changes nothing.</summary>
    public static IServiceCollection AddEmbed(this IServiceCollection services)
    {
        services.AddOptions<EmbedOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EmbedOptions>, EmbedOptionsValidator>());
        services.TryAddSingleton<EmbedMetrics>();
        services.TryAddSingleton(provider => VectorSpace.Of(provider.GetRequiredService<IOptions<EmbedOptions>>().Value.Folder));
        services.TryAddSingleton<IEncoder>(provider => OnnxEncoder.Load(
            provider.GetRequiredService<IOptions<EmbedOptions>>().Value,
            provider.GetRequiredService<EmbedMetrics>()));
        services.TryAddSingleton(provider => new ContentEmbedder(
            provider.GetRequiredService<IEncoder>(),
            provider.GetRequiredService<EmbedMetrics>()));
        return services;
    }
}
