using Microsoft.Extensions.Options;
using Vigil.Contracts;
using Vigil.Ingest;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;
using Vigil.Rank;
using Vigil.Rank.Policies;

namespace Vigil.Pipeline.Roles;

/// <summary>The worker role: content → ranked, status and dead letters.</summary>
internal static class WorkerRole
{
    /// <summary>Group and transactional ids below the configured prefix.</summary>
    public const string GroupName = "worker";

    public static void AddWorkerRole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateOnStart();
        services.AddOptions<DegradedOptions>().BindConfiguration(DegradedOptions.Section).ValidateOnStart();
        services.AddOptions<RankOptions>().BindConfiguration("Vigil:Rank").ValidateOnStart();
        services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        services.AddSingleton<IValidateOptions<DegradedOptions>, DegradedOptionsValidator>();
        services.AddSingleton<IValidateOptions<RankOptions>, RankOptionsValidator>();
        services.AddSingleton(_ => PolicyFiles.Load(Configuration.VigilHome.Policies));
        services.AddSingleton<WorkerHealth>();
        services.AddSingleton<IItemScorer>(provider => new HashScorer(
            provider.GetRequiredService<PolicySet>(), provider.GetRequiredService<IOptions<RankOptions>>().Value, "ranker none"));
        services.AddHostedService<WorkerService>();
        services.AddHealthChecks().AddCheck<WorkerHealth>("worker", tags: [VigilHost.ReadyTag]);
    }
}
