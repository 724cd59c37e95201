using CsCheck;
using Vigil.Contracts.Wire;
using Vigil.Review.Redis;
using Vigil.Review.Support;

namespace Vigil.Review.Queue;

/// <summary>Many reviewers on one queue (pitfalls 18, 19, 21): no item twice, the order kept, the wait bounded, no clock but Redis'.</summary>
public sealed class ContentionTests(RedisServer redis)
{
    private const int Claimants = 32;

    private static readonly DateTimeOffset T0 = LogRecords.Day0;
    private static readonly ReviewOptions Options = new() { DrawShare = 0 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_ByThirtyTwoAtOnce_GivesEachItemOnceAndTheMostUrgentOnes()
    {
        var bench = await WithItemsAsync(400);
        var queues = new ReviewQueue(bench.Scripts, Options, new HashSet<string> { "hate" }, new HashSet<string>(), () => 0.99);

        var leases = await ClaimAllAsync(queues, perClaimant: 8);

        Assert.Equal(Claimants * 8, leases.Select(lease => lease.Id).Distinct().Count());
        Assert.Equal(leases.Count, leases.Select(lease => lease.Epoch).Distinct().Count());
        Assert.Equal(Urgent(leases.Count), leases.Select(lease => lease.Id).Order(StringComparer.Ordinal));
        Assert.Equal(leases.OrderBy(lease => lease.Epoch).Select(lease => lease.Id), Urgent(leases.Count, byUrgency: true));
    }

    [Fact]
    public async Task Claim_ByThirtyTwoWithDraws_LeavesTheOrderOnlyForWhatWasDrawn()
    {
        var bench = await WithItemsAsync(400);
        var random = new Random(7);
        var queues = new ReviewQueue(bench.Scripts, new() { DrawShare = 0.2 }, new HashSet<string> { "hate" }, new HashSet<string>(), () => Next(random));

        var leases = await ClaimAllAsync(queues, perClaimant: 8);

        var drawn = leases.Count(lease => lease.Selection == Contracts.Selection.Random);
        Assert.Equal(leases.Count, leases.Select(lease => lease.Id).Distinct().Count());
        Assert.InRange(drawn, 1, leases.Count - 1);
        var byRank = leases.Where(lease => lease.Selection != Contracts.Selection.Random).OrderBy(lease => lease.Epoch).Select(lease => lease.Id).ToList();
        Assert.Equal(byRank.Order(StringComparer.Ordinal), byRank);
        Assert.Subset(Urgent(leases.Count).ToHashSet(), byRank.ToHashSet());
    }

    [Theory]
    [InlineData(-7)]
    [InlineData(7)]
    public async Task Lease_TakenThroughAMachineHoursOff_EndsByTheClockOfRedis(int hours)
    {
        var bench = await WithItemsAsync(2);
        var scripts = new RedisScripts(redis.Connection, bench.Prefix, new ShiftedTime(TimeSpan.FromHours(hours)), bench.Scripts.ClockOffset);
        var queues = new ReviewQueue(scripts, Options, new HashSet<string> { "hate" }, new HashSet<string>(), () => 0.99);

        var before = await bench.Scripts.NowAsync();
        var lease = (await queues.ClaimAsync("hate", new("ana", false), "")).Value!.Lease;

        Assert.InRange(lease.Expires, before.AddMinutes(10).AddSeconds(-2), before.AddMinutes(10).AddSeconds(30));
        Assert.Null((await bench.Queues.HeartbeatAsync(lease.Id, new("ana", false), lease.Epoch)).Refused);
        bench.SetNow(T0.AddDays(1).AddMinutes(11));
        Assert.Equal(Refusal.LeaseLost, (await bench.Queues.HeartbeatAsync(lease.Id, new("ana", false), lease.Epoch)).Refused);
    }

    [Fact]
    public async Task Top_OfTwoThatWait_IsTheSameWhateverHappensToOthersAndHoweverTimePasses() => await Gen.Int[0, 999].Array[1, 25].SampleAsync(
        async steps =>
        {
            var bench = await WithItemsAsync(12);
            var order = await OrderAsync(bench);
            foreach (var step in steps)
            {
                switch (step % 4)
                {
                    case 0:
                        bench.SetNow(T0.AddDays(1).AddHours(step));
                        break;
                    case 1:
                        var claim = (await bench.Queues.ClaimAsync("hate", new($"r{step % 5}", true), $"{step}")).Value;
                        if (claim is not null && step % 2 == 0)
                        {
                            await bench.Queues.ReleaseAsync(claim.Lease.Id, new($"r{step % 5}", true), claim.Lease.Epoch);
                        }

                        break;
                    case 2:
                        bench.Append(LogRecords.Ranked($"new{step}", 0, 'A', Disposition.Queued, T0.AddMinutes(step), 1_000 + step, value: step));
                        await bench.ApplyAllAsync();
                        break;
                    default:
                        await bench.Scripts.RunAsync("reap", "100");
                        break;
                }

                var now = await OrderAsync(bench);
                Assert.Equal(order.Where(now.Contains), now.Where(order.Contains));
            }

            await bench.FlushAsync();
        },
        iter: 40,
        threads: 2);

    [Fact]
    public void Score_OfWhatCameAfterTheWindow_NeverOvertakes() => Gen.Select(Gen.Double[-12, 16], Gen.Double[-12, 16], Gen.Double[0, 500], Gen.Double[0.001, 500]).Sample(
        (own, other, start, beyond) =>
        {
            var enqueued = T0.AddHours(start);
            var window = ProjectionBench.HalfLife * (16 - own);
            var later = enqueued + window + TimeSpan.FromHours(beyond);
            return QueueScore.Of(Math.Pow(2, own), enqueued, ProjectionBench.HalfLife) > QueueScore.Of(Math.Pow(2, other), later, ProjectionBench.HalfLife);
        });

    [Fact]
    public async Task Claim_OfTheLeastUnderAFloodOfTheGreatest_WaitsForTheWindowAndNoLonger()
    {
        // Value 2^4: overtaken only by what is enqueued within 12 half-lives.
        var bench = new ProjectionBench(redis, T0.AddDays(8));
        bench.Append(LogRecords.Ranked("least", 0, 'A', Disposition.Queued, T0, 0, value: 16));
        for (var hour = 1; hour <= 100; hour++)
        {
            bench.Append(LogRecords.Ranked($"great{hour:D3}", 0, 'A', Disposition.Queued, T0.AddHours(hour), hour, value: 1e9));
        }

        await bench.ApplyAllAsync();

        var place = (await OrderAsync(bench)).IndexOf("least");

        // At 48 hours both weigh the same.
        Assert.InRange(place, 47, 48);
    }

    private async Task<ProjectionBench> WithItemsAsync(int count)
    {
        var bench = new ProjectionBench(redis);
        for (var i = 0; i < count; i++)
        {
            // The higher the number, the less urgent: ids in order of urgency.
            bench.Append(LogRecords.Ranked($"i{i:D4}", 0, 'A', Disposition.Queued, T0, i, value: Math.Pow(2, 15 - (i / 20.0))));
        }

        await bench.ApplyAllAsync();
        return bench;
    }

    private static async Task<List<Lease>> ClaimAllAsync(ReviewQueue queues, int perClaimant)
    {
        var leases = await Task.WhenAll(Enumerable.Range(0, Claimants).Select(claimant => Task.Run(
            async () =>
            {
                var mine = new List<Lease>();
                for (var i = 0; i < perClaimant; i++)
                {
                    mine.Add((await queues.ClaimAsync("hate", new($"r{claimant}", IsLead: false), $"{i}")).Value!.Lease);
                }

                return mine;
            },
            Cancellation)));
        return [.. leases.SelectMany(each => each)];
    }

    private static IEnumerable<string> Urgent(int count, bool byUrgency = false)
    {
        var ids = Enumerable.Range(0, count).Select(i => $"i{i:D4}");
        return byUrgency ? ids : ids.Order(StringComparer.Ordinal);
    }

    private static async Task<List<string>> OrderAsync(ProjectionBench bench) => [.. (await bench.Queues.TopAsync("hate", 200)).Value!.Select(item => item.Id)];

    private static double Next(Random random)
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
