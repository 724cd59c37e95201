using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Vigil.Embed;
using Vigil.Pipeline.BankIndex;
using Vigil.Pipeline.Configuration;
using Vigil.Pipeline.Ledger;
using Vigil.Recall;

namespace Vigil.Pipeline.Roles;

/// <summary>The bank role, and the bank that every worker follows.</summary>
internal static class BankRole
{
    /// <summary>Embeds the entries of <c>bank</c> into <c>bank-index</c> and seeds the starter bank; keeps the account beside it.</summary>
    public static IServiceCollection AddBankRole(this IServiceCollection services)
    {
        services.AddBankOptions().AddEncoder();
        services.AddOptions<LedgerOptions>().BindConfiguration(LedgerOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LedgerOptions>, LedgerOptionsValidator>();
        // Here and not in the worker: there are many of those, each would read all of status, and none should judge itself.
        services.AddHostedService<LedgerWatch>();
        return services.AddHostedService<BankIndexing>();
    }

    /// <summary>Registers <see cref="Bank"/>, kept equal to <c>bank-index</c>; not ready before it was read once.</summary>
    public static IServiceCollection AddFollowedBank(this IServiceCollection services)
    {
        services.AddBankOptions().AddEncoder();
        services.AddSingleton(provider => IndexBackend.Choose(provider.GetRequiredService<ILogger<IndexBackend>>()));
        services.AddSingleton<Bank>();
        services.AddHostedService<BankFollowing>();
        services.AddHealthChecks().AddCheck<BankReady>("bank", tags: [VigilHost.ReadyTag]);
        return services;
    }

    /// <summary>The encoder of the configured folder; registered once, whoever asks first.</summary>
    public static IServiceCollection AddEncoder(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(IEncoder)))
        {
            return services;
        }

        services.AddOptions<EmbedOptions>()
            .BindConfiguration(EmbedOptions.Section)
            .PostConfigure(embed => embed.Folder = Path.Combine(VigilHome.Path, embed.Folder));
        Bench.SleepingEncoder.AddWhereAsked(services);
        return services.AddEmbed();
    }

    private static IServiceCollection AddBankOptions(this IServiceCollection services)
    {
        services.AddOptions<BankOptions>().BindConfiguration(BankOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<BankOptions>, BankOptionsValidator>());
        return services;
    }
}
