using Microsoft.Extensions.Options;
using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Roles;
using Vigil.Pipeline.Worker;
using Vigil.Rank;
using Vigil.Rank.Model;
using Vigil.Rank.Policies;
using Vigil.Recall;

namespace Vigil.Pipeline.Scoring;

/// <summary>What scoring needs: encoder, bank, ranker, policies, and the guard over them.</summary>
internal static class ScoringRegistration
{
    private static string RankerFolder => Path.Combine(VigilHome.Models, "ranker");

    public static void AddScoring(this IServiceCollection services)
    {
        services.AddOptions<DegradedOptions>().BindConfiguration(DegradedOptions.Section).ValidateOnStart();
        services.AddOptions<RankOptions>().BindConfiguration("Vigil:Rank").ValidateOnStart();
        services.AddSingleton<IValidateOptions<DegradedOptions>, DegradedOptionsValidator>();
        services.AddSingleton<IValidateOptions<RankOptions>, RankOptionsValidator>();
        services.AddFollowedBank();
        services.AddSingleton(provider => new ModelThreads("vigil-search", provider.GetRequiredService<IOptions<BankOptions>>().Value.EffectiveSearchThreads));
        services.AddSingleton(_ => PolicyFiles.Load(VigilHome.Policies));
        // Read while the host and the encoder come up; what is wrong with it is thrown where it is asked for.
        var model = Task.Run(() => RankModel.Load(RankerFolder));
        services.AddSingleton(provider => model.GetAwaiter().GetResult().For(provider.GetRequiredService<ContentEmbedder>().EncoderHash));
        services.AddSingleton(CreateScorer);
        services.AddSingleton(provider => new Lazy<IItemScorer>(provider.GetRequiredService<IItemScorer>));
    }

    private static IItemScorer CreateScorer(IServiceProvider provider)
    {
        var policies = provider.GetRequiredService<PolicySet>();
        var options = provider.GetRequiredService<IOptions<RankOptions>>().Value;
        var bank = provider.GetRequiredService<Bank>();
        return new GuardedScorer(
            new ModelScorer(provider.GetRequiredService<ContentEmbedder>(), bank, provider.GetRequiredService<ModelThreads>(), provider.GetRequiredService<RankModel>(), policies, options),
            new HashScorer(bank, policies, options, "models failed"),
            provider.GetRequiredService<IOptions<DegradedOptions>>().Value,
            provider.GetRequiredService<WorkerHealth>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<GuardedScorer>>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }
}
