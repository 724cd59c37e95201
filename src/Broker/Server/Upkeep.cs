using Microsoft.Extensions.Logging;
using Vigil.Broker.Groups;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Server;

/// <summary>
/// What happens by the clock: sessions and transactions that end, records that are past retention. Each has a loop of its
/// own, so that what fails in one is no end of another: readers of committed records wait for transactions to end.
/// </summary>
internal sealed class Upkeep(BrokerOptions options, TopicStore topics, GroupCoordinator groups, TransactionCoordinator transactions, ILogger logger)
{
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(
            EveryAsync(options.SweepInterval, groups.Sweep, stop),
            EveryAsync(options.SweepInterval, transactions.Sweep, stop),
            EveryAsync(options.RetentionInterval, () => topics.Maintain(options.ProducerExpiry), stop));

    /// <summary>Acts at every tick until stopped; a failure is logged, and the next tick tries again.</summary>
    internal async Task EveryAsync(TimeSpan interval, Action act, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                Try(act);
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }

    private void Try(Action act)
    {
        try
        {
            act();
        }
#pragma warning disable CA1031 // A sweep that ended would leave transactions open and sessions alive for ever.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            logger.UpkeepFailed(problem);
        }
    }
}
