using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Pipeline.Commands;
using Vigil.Pipeline.Roles;
using Vigil.Recall;

namespace Vigil.Pipeline.Tests.BankIndex;

/// <summary>A process with the bank role, the bank that workers follow, or both.</summary>
internal sealed class BankNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private BankNode(ServiceProvider services) => _services = services;

    public Bank Bank => _services.GetRequiredService<Bank>();

    public static async Task<BankNode> StartAsync(BankTopics topics, IEncoder encoder, string starter = "", bool indexes = true, bool follows = true, int starterWait = 60)
    {
        var services = CommandServices.Build(
            services =>
            {
                services.AddSingleton(encoder);
                services.AddSingleton(new VectorSpace(encoder.Hash, encoder.Dimension));
                services.AddSingleton(new ContentEmbedder(encoder));
                services.AddSingleton(TimeProvider.System);
                services.AddLogging();
                if (follows)
                {
                    services.AddFollowedBank();
                }

                if (indexes)
                {
                    services.AddBankRole();
                }
            },
            [.. topics.Settings, new("Bank:Starter", starter), new("Bank:StarterWaitSeconds", $"{starterWait}")]);
        var node = new BankNode(services);
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(TestContext.Current.CancellationToken);
        }

        return node;
    }

    /// <summary>Waits until the bank finds exactly these entries for a text.</summary>
    public async Task FindsAsync(IEncoder encoder, string text, Side side, string policy, params string[] ids)
    {
        await Bank.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        using var query = encoder.Encode([text], TestContext.Current.CancellationToken);
        await Eventually.Async(() =>
        {
            using var snapshot = Bank.Acquire();
            using var found = Recaller.Search(query, snapshot, [policy], 10);
            List<string> names = [];
            foreach (var entry in found.Entries(0, 0, side))
            {
                if (entry >= 0)
                {
                    names.Add(found.Bank[entry].Id);
                }
            }

            return names.SequenceEqual(ids);
        });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}

/// <summary>Waits for a condition, with a deadline that only a fault reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static async Task Async(Func<bool> condition, string what = "the condition")
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"{what} did not come about.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
