using System.Diagnostics;
using System.Globalization;
using Vigil.Pipeline.Demo.Publishing;
using Vigil.Pipeline.Tests.Worker;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>
/// A stream of edits, deletions and broken records while worker, broker, Redis and review are killed (-9) at random: the
/// account balances, every outcome is the expected one, the queues equal a rebuild, no acknowledged decision is missing.
/// Pitfalls 13, 22, 23, 25, 42, 43. VIGIL_CHAOS_SEED repeats a schedule, VIGIL_CHAOS_TIMES makes it that many times longer,
/// VIGIL_CHAOS_LOGS names a folder for what the processes say.
/// </summary>
internal static class Storm
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(12);

    /// <param name="readMarkers">Whether the broker's log is in a form of ours to look for abort markers in.</param>
    public static async Task RunAsync(Func<int, string, ProcessStartInfo> broker, int kills, bool readMarkers)
    {
        var seed = Setting("VIGIL_CHAOS_SEED") ?? Random.Shared.Next(1, 1_000_000);
        var times = Setting("VIGIL_CHAOS_TIMES") ?? 1;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Longest * times);
        var token = limit.Token;
        // The publisher and blocking reads hold threads of the pool, which is two on a small machine.
        ThreadPool.SetMinThreads(64, 8);
        var log = new StormLog(TestContext.Current.TestOutputHelper!);
        log.Write($"VIGIL_CHAOS_SEED={seed} repeats this schedule");
        await using var world = new StormWorld(broker, log);
        await world.StartAsync(token);
        await using var publisher = new StreamPublisher(world.Clients, TimeProvider.System);
        // Disposed before its publisher, which waits for its end.
        using var stream = new StormStream(20_000 * times, seed);
        using var tail = new StatusTail(world.Clients, world.Clients.Topics.Settings.Single(topic => topic.Name == world.Clients.Topics.Status).Partitions);
        using var reviewers = new StormReviewers(world.Api, StormWorld.Tokens, seed);
        var publishing = publisher.PublishAsync(stream.Records, ratePerSecond: 0, token);

        var draw = new Random(seed);
        var plan = Blows.Plan(kills * times, draw);
        var left = plan.Count;
        var flowing = stream.FlowAsync(() => Volatile.Read(ref left), token);
        foreach (var blow in plan)
        {
            await StrikeAsync(world, blow, tail, log, draw, token);
            Interlocked.Decrement(ref left);
        }

        await flowing;
        await publishing.WaitAsync(Patience, token);
        await UntilAllAsync(tail, stream.Samples.Count, token);
        log.Write("every record has a disposition");
        await reviewers.StopAsync();

        var check = new StormCheck(world, stream, publisher.Positions, tail, log);
        await check.AccountAsync(token);
        await check.DecisionsAsync(reviewers, token);
        await check.QueuesAsync(Quiet, Patience, token);
        if (readMarkers)
        {
            var wanted = plan.Count(blow => blow == Blow.WorkerKilledInTransaction);
            Assert.InRange(AbortMarkers.Count(world.BrokerFolder), wanted, int.MaxValue);
            Assert.True(wanted >= 5 * times);
        }
    }

    // A slow machine goes on; what must not happen is that nothing moves for minutes.
    private static async Task UntilAllAsync(StatusTail tail, int wanted, CancellationToken token)
    {
        while (tail.Count < wanted)
        {
            var before = tail.Count;
            await TopicContents.Until(() => tail.Count > before, $"another disposition after {before} of {wanted}", token);
        }
    }

    private static async Task StrikeAsync(StormWorld world, Blow blow, StatusTail tail, StormLog log, Random draw, CancellationToken token)
    {
        // In mid-stream: something has been ranked since the last blow.
        var before = tail.Count;
        await TopicContents.Until(() => tail.Count >= before + 50, "progress before the next blow", token);
        await Task.Delay(TimeSpan.FromSeconds(draw.NextDouble()), token);
        log.Strikes($"{blow}, {tail.Count} records done");
        await world.StrikeAsync(blow, draw, token);
        log.Struck();
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
