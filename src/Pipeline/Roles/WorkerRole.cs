using Microsoft.Extensions.Options;
using Vigil.Ingest;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Scoring;
using Vigil.Pipeline.Worker;

namespace Vigil.Pipeline.Roles;

/// <summary>The worker role: content → ranked, status and dead letters.</summary>
internal static class WorkerRole
{
    /// <summary>Consumer group, and start of the transactional ids, below the configured prefix.</summary>
    public const string GroupName = "worker";

    /// <summary>The name given, else one that stays over restarts and that no other process of this machine has: a port is taken once.</summary>
    public static string InstanceName(string given, HttpOptions http) => given.Length > 0
        ? given
        : $"{Environment.MachineName}-{(http.Port > 0 ? http.Port : Environment.ProcessId)}";

    public static void AddWorkerRole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IngestOptions>()
            .BindConfiguration(IngestOptions.Section)
            .PostConfigure<IOptions<HttpOptions>>((ingest, http) => ingest.Instance = InstanceName(ingest.Instance, http.Value))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        services.AddSingleton<WorkerHealth>();
        services.AddScoring();
        services.AddHostedService<WorkerService>();
        services.AddHealthChecks().AddCheck<WorkerHealth>("worker", tags: [VigilHost.ReadyTag]);
    }
}
