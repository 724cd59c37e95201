using Microsoft.Extensions.Logging;
using Vigil.Broker.Groups;
using Vigil.Broker.Topics;
using Vigil.Broker.Transactions;

namespace Vigil.Broker.Server;

/// <summary>What happens by the clock: sessions and transactions that end, records that are past retention.</summary>
internal sealed class Upkeep(BrokerOptions options, TopicStore topics, GroupCoordinator groups, TransactionCoordinator transactions, ILogger logger)
{
    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(
            EveryAsync(options.SweepInterval, Sweep, stop),
            EveryAsync(options.RetentionInterval, () => topics.Maintain(options.ProducerExpiry), stop));

    private void Sweep()
    {
        groups.Sweep();
        transactions.Sweep();
    }

    private async Task EveryAsync(TimeSpan interval, Action act, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    act();
                }
                catch (IOException problem)
                {
                    logger.UpkeepFailed(problem);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }
}
