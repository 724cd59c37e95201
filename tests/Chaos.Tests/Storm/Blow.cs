namespace Vigil.Chaos.Tests.Storm;

/// <summary>One thing that is done to the running system.</summary>
internal enum Blow
{
    /// <summary>kill -9 of a worker, anywhere.</summary>
    WorkerKilled,

    /// <summary>A worker kills itself with the first record of a transaction on the broker and nothing committed.</summary>
    WorkerKilledInTransaction,

    BrokerKilled,
    RedisKilled,
    ReviewKilled,

    /// <summary>A worker leaves politely and comes back: two rebalances.</summary>
    WorkerLeaves,

    /// <summary>SIGSTOP past the session time-out, then SIGCONT: it must commit nothing of what others have taken over.</summary>
    WorkerFrozen,

    RedisFlushed,

    /// <summary>Redis refuses every write for some seconds.</summary>
    RedisFull,
}

internal static class Blows
{
    public static bool IsKill(this Blow blow) => blow <= Blow.ReviewKilled;

    /// <summary>The blows of a storm in their order, the same for the same seed.</summary>
    /// <param name="kills">Processes killed in all.</param>
    public static IReadOnlyList<Blow> Plan(int kills, Random draw)
    {
        // Of ten kills: three of a worker, two in mid-transaction, two of the broker, two of Redis, one of review.
        Blow[] mix =
        [
            Blow.WorkerKilled, Blow.WorkerKilledInTransaction, Blow.BrokerKilled, Blow.RedisKilled, Blow.WorkerKilled,
            Blow.ReviewKilled, Blow.WorkerKilledInTransaction, Blow.BrokerKilled, Blow.RedisKilled, Blow.WorkerKilled,
        ];
        Blow[] besides = [Blow.WorkerLeaves, Blow.WorkerFrozen, Blow.RedisFlushed, Blow.RedisFull];
        var blows = Enumerable.Range(0, kills).Select(kill => mix[kill % mix.Length]).Concat(besides).ToArray();
        draw.Shuffle(blows);
        return blows;
    }
}
