using Microsoft.Extensions.Options;
using Vigil.Embed;
using Vigil.Pipeline.Scoring;
using Vigil.Rank;
using Vigil.Rank.Model;
using Vigil.Recall;

namespace Vigil.Pipeline.Operation.Reranking;

/// <summary>The models as a worker has them, with a bank that is followed; without the guard: a replay has nothing to hold.</summary>
internal sealed class ReplayScorer : IAsyncDisposable
{
    private readonly IReadOnlyList<IHostedService> _running;

    private ReplayScorer(IItemScorer scorer, IReadOnlyList<IHostedService> running)
    {
        Models = scorer;
        _running = running;
    }

    public IItemScorer Models { get; }

    /// <summary>What <see cref="StartAsync"/> asks for.</summary>
    public static void Register(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddLogging(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        services.AddScoring();
    }

    /// <summary>Loads the models and waits for the bank.</summary>
    public static async Task<ReplayScorer> StartAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var models = new ModelScorer(
            services.GetRequiredService<ContentEmbedder>(),
            services.GetRequiredService<Bank>(),
            services.GetRequiredService<Contracts.ModelThreads>(),
            services.GetRequiredService<RankModel>(),
            services.GetRequiredService<Contracts.PolicySet>(),
            services.GetRequiredService<IOptions<RankOptions>>().Value);
        var running = services.GetServices<IHostedService>().ToList();
        foreach (var service in running)
        {
            await service.StartAsync(cancellation);
        }

        var ready = services.GetRequiredService<Bank>().WaitUntilReadyAsync(cancellation);
        await await Task.WhenAny([ready, .. running.OfType<BackgroundService>().Select(service => service.ExecuteTask).OfType<Task>()]);
        return new(models, running);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _running)
        {
            await service.StopAsync(CancellationToken.None);
        }
    }
}
