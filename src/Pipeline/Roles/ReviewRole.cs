using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Redis;
using Vigil.Rank.Policies;
using Vigil.Review;
using Vigil.ReviewConsole;

namespace Vigil.Pipeline.Roles;

/// <summary>The review role: ranked and decisions → queues in Redis, REST, the console, decisions.</summary>
internal static class ReviewRole
{
    /// <summary>Needed by the client only: review assigns partitions itself and commits nothing.</summary>
    public const string GroupName = "review";

    public static void AddReviewRole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<RedisOptions>().ValidateOnStart();
        services.TryAddSingleton(_ => PolicyFiles.Load(VigilHome.Policies));
        services.AddSingleton<IConnectionMultiplexer>(provider => RedisClient.Open(provider.GetRequiredService<IOptions<RedisOptions>>().Value));
        services.AddReview(
            provider => Clients(provider.GetRequiredService<KafkaClients>()),
            provider => provider.GetRequiredService<PolicySet>().Policies);
        services.AddReviewConsole(provider => provider.GetRequiredService<PolicySet>().Policies);
        FollowKafkaPrefix(services);
        services.AddHealthChecks().AddCheck<ReviewHealth>("review", tags: [VigilHost.ReadyTag]);
    }

    /// <summary>Installations that are apart on Kafka are apart on Redis too: the prefix there is the hash tag here, unless one is set.</summary>
    public static void FollowKafkaPrefix(IServiceCollection services) =>
        services.AddOptions<ReviewOptions>().PostConfigure<IConfiguration>((review, configuration) =>
        {
            // From the settings themselves: who only looks at queues needs no Kafka, and its options would ask for it.
            var kafka = configuration[$"{KafkaOptions.Section}:{nameof(KafkaOptions.Prefix)}"];
            if (configuration[$"{ReviewOptions.Section}:{nameof(ReviewOptions.KeyPrefix)}"] is null && kafka?.TrimEnd('.') is { Length: > 0 } prefix)
            {
                review.KeyPrefix = $"{{{prefix}}}";
            }
        });

    public static ReviewKafka Clients(KafkaClients clients) => new(clients.Consumer(clients.Named(GroupName)), clients.Producer(), clients.Admin(), clients.Topics);
}
