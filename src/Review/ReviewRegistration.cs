using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Review.Http;

namespace Vigil.Review;

/// <summary>Registers the review stage. The host brings an <see cref="IConnectionMultiplexer"/>, a <see cref="TimeProvider"/> and what the parameters ask for.</summary>
public static class ReviewRegistration
{
    public static IServiceCollection AddReview(
        this IServiceCollection services, Func<IServiceProvider, ReviewKafka> kafka, Func<IServiceProvider, IReadOnlyList<Policy>> policies)
    {
        services.AddOptions<ReviewOptions>().BindConfiguration(ReviewOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ReviewOptions>, ReviewOptionsRanges>();
        services.AddSingleton<IValidateOptions<ReviewOptions>, ReviewOptionsRules>();
        services.AddSingleton(provider => new ReviewStage(
            kafka(provider),
            provider.GetRequiredService<IConnectionMultiplexer>(),
            provider.GetRequiredService<IOptions<ReviewOptions>>().Value,
            policies(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => provider.GetRequiredService<ReviewStage>().Queues);
        services.AddSingleton(provider => provider.GetRequiredService<ReviewStage>().Decisions);
        services.AddSingleton(provider => provider.GetRequiredService<ReviewStage>().SecondReviews);
        services.AddSingleton(provider => provider.GetRequiredService<ReviewStage>().Contents);
        services.AddSingleton(provider => provider.GetRequiredService<ReviewStage>().Views);
        services.AddSingleton(provider => new ReviewerTokens(provider.GetRequiredService<IOptions<ReviewOptions>>().Value.Tokens));
        services.AddTransient<IStartupFilter, TokenGate>();
        services.AddSingleton(provider => new CallLimit<int>(provider.GetRequiredService<IOptions<ReviewOptions>>().Value.RequestsPerSecond));
        services.AddSingleton(provider => new DecideRules(policies(provider)));
        services.AddHostedService(provider => provider.GetRequiredService<ReviewStage>().OpenService());
        services.AddProblemDetails(Problems.Complete);
        services.AddOpenApi(OpenApiDocument.Describe);
        services.ConfigureHttpJsonOptions(json =>
        {
            // The web host's relaxed encoder would let bidi and control characters through; this one escapes all but plain ASCII,
            // so that published text is safe in a terminal and in a page.
            json.SerializerOptions.Encoder = JavaScriptEncoder.Default;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        });
        return services;
    }

    /// <summary>REST under <c>/queues</c> and <c>/items</c>, OpenAPI at <c>/openapi/v1.json</c>.</summary>
    public static void MapReview(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        ReviewEndpoints.Map(app);
    }
}
