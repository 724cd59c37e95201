using CsCheck;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Review.Projection;

/// <summary>
/// The projection against a rebuild and against an oracle, over random streams: edits with and without revision numbers,
/// both deletions, records sent again or out of order, decisions, skips, undos, overturns, second verdicts, lost and older Redis, and rebuilds
/// in the middle; records are applied alone and in runs, and what befalls Redis comes between runs that are in flight too.
/// </summary>
public sealed class ProjectionPropertyTests(RedisServer redis)
{
    private sealed record Post(int Id, int Revision, char Digest, int Partition, int Replays);

    private sealed record Ruling(int Target, int Kind, int Reviewer, int Reverses);

    private static readonly Gen<Post> Posts = Gen.Select(
        Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 6], Gen.Int[0, 1], Gen.Int[0, 4],
        (id, revision, digest, partition, replays) => new Post(id, revision, "ABABC-~"[digest], partition, replays / 4));

    private static readonly Gen<Ruling> Rulings = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 14], Gen.Int[0, 3], Gen.Int[0, 99], (target, kind, reviewer, reverses) => new Ruling(target, kind, reviewer, reverses));

    private static readonly Gen<(Post[], Ruling[], int[])> Streams = Gen.Select(Posts.Array[1, 7], Rulings.Array[0, 7], Gen.Int[0, 999].Array[0, 12]);

    [Fact]
    public async Task Apply_AnyInterleavingWithLossesAndRebuilds_EqualsOracleAndRebuild() => await Streams.SampleAsync(
        async stream =>
        {
            var (posts, rulings, steps) = stream;
            var bench = new ProjectionBench(redis, gap: 1 + (steps.Length % 3));
            var ranked = AppendPosts(bench, posts, static index => LogRecords.Day0.AddMinutes(index));
            var decisions = AppendRulings(bench, rulings, ranked, static index => LogRecords.Day0.AddMinutes(30 + index));

            await DriveAsync(bench, steps);
            await bench.ApplyAllAsync();

            var live = await bench.DumpAsync(bench.Generation!);
            Assert.Equal(await bench.DumpAsync(await bench.BuildAsync(bench.RankedCount, bench.DecisionCount, seed: steps.Length)), live);
            foreach (var id in ranked.Select(item => item.ContentId).Distinct())
            {
                await CheckAsync(bench, id, new Oracle(ranked.Where(item => item.ContentId == id), decisions.Where(decision => decision.ContentId == id)));
            }

            await bench.FlushAsync();
        },
        iter: 300,
        threads: 2);

    [Fact]
    public async Task Apply_OverSixtyDays_EqualsRebuildOnceBothForgotTheSame() => await Streams.SampleAsync(
        async stream =>
        {
            var (posts, rulings, steps) = stream;
            var bench = new ProjectionBench(redis, LogRecords.Day0.AddDays(57));
            var ranked = AppendPosts(bench, WithinTheLimits(posts), static index => LogRecords.Day0.AddDays(24 + (index * 5)), late: 0);
            AppendRulings(bench, rulings, ranked, static index => LogRecords.Day0.AddDays(26 + (index * 5)));
            var end = LogRecords.Day0.AddDays(58 + (steps.Length % 4)).AddMinutes(1);

            await DriveAsync(bench, steps);
            await bench.ApplyAllAsync();
            if (steps.Length % 2 == 0)
            {
                await bench.SweepAsync(bench.Generation!, end.AddDays(-20));
            }

            bench.SetNow(end);
            await bench.SweepAsync(bench.Generation!, end);
            var live = await bench.DumpAsync(bench.Generation!);
            var rebuilt = await bench.BuildAsync(bench.RankedCount, bench.DecisionCount, seed: steps.Length);
            await bench.SweepAsync(rebuilt, end, live: false);

            Assert.Equal(await bench.DumpAsync(rebuilt), live);
            await bench.FlushAsync();
        },
        iter: 300,
        threads: 2);

    [Fact]
    public async Task Apply_WithClaimsReleasesAndLeasesRunOut_EqualsRebuildOnceNobodyHoldsAnything() => await Streams.SampleAsync(
        async stream =>
        {
            var (posts, rulings, steps) = stream;
            var bench = new ProjectionBench(redis);
            var ranked = AppendPosts(bench, posts, static index => LogRecords.Day0.AddMinutes(index));
            AppendRulings(bench, rulings, ranked, static index => LogRecords.Day0.AddMinutes(30 + index));
            var held = new List<Lease>();
            var lastEpoch = 0L;

            foreach (var step in steps.Concat(steps))
            {
                await DriveAsync(bench, [step]);
                var reviewer = new Reviewer($"r{step % 3}", IsLead: true);
                if (step % 4 == 0 && held.Count > 0)
                {
                    var lease = held[step % held.Count];
                    await bench.Queues.ReleaseAsync(lease.Id, reviewer, lease.Epoch);
                }
                else if ((await bench.Queues.ClaimAsync(step % 2 == 0 ? "hate" : "spam", reviewer, $"{step}")).Value is { } claim)
                {
                    // The same key again gives the lease that is held, of a version that may be the newest no longer.
                    if (!held.Contains(claim.Lease))
                    {
                        Assert.Equal(claim.Lease.Version, claim.NewestVersion);
                        Assert.True(claim.Lease.Epoch > lastEpoch, "an epoch that does not grow");
                        lastEpoch = claim.Lease.Epoch;
                        held.Add(claim.Lease);
                    }
                }
            }

            await bench.ApplyAllAsync();
            bench.SetNow(LogRecords.Day0.AddDays(1).AddHours(2));
            await bench.Scripts.RunAsync("reap", "1000");

            Assert.Equal(await bench.DumpAsync(await bench.BuildAsync(bench.RankedCount, bench.DecisionCount, seed: steps.Length)), await bench.DumpAsync(bench.Generation!));
            await bench.FlushAsync();
        },
        iter: 300,
        threads: 2);

    private static async Task DriveAsync(ProjectionBench bench, int[] steps)
    {
        Func<Task>? older = null;
        foreach (var step in steps)
        {
            switch (step % 10)
            {
                case 0:
                    await bench.FlushAsync();
                    older = null;
                    break;
                case 1 when older is not null:
                    await older();
                    break;
                case 1 or 2:
                    older = await bench.SnapshotAsync();
                    break;
                case 3:
                    await RebuildAsync();
                    break;
                case 4 or 5:
                    await bench.ApplyInFlightAsync(step % 2 == 0, most: 1 + (step / 30 % 4), (step / 10 % 3) switch
                    {
                        0 => bench.FlushAsync,
                        1 when older is not null => older,
                        _ => RebuildAsync,
                    });
                    break;
                default:
                    await bench.ApplyNextAsync(ranked: step % 2 == 0, most: 1 + (step / 10 % 4));
                    break;

                    async Task RebuildAsync() => await bench.RebuildAsync(step % (bench.RankedCount + 1), step % (bench.DecisionCount + 1), step);
            }
        }
    }

    private static async Task CheckAsync(ProjectionBench bench, string id, Oracle oracle)
    {
        var expected = oracle.Expect();
        var reply = await bench.Queues.ItemAsync(id);
        if (reply.Value is not { } details)
        {
            Assert.Equal("", expected.Status);
            return;
        }

        Assert.Equal(expected, new Expected(details.Current.Status, details.Current.Version, details.Current.Queue, details.Current.Enqueued?.ToUnixTimeMilliseconds(), details.Current.Score));
        Assert.All(details.Decisions, decision => Assert.Equal((decision.Id, oracle.OutcomeOf(decision.Id)), (decision.Id, decision.Outcome)));
        foreach (var queue in new[] { "hate", "hate-leads", "spam", "spam-leads", "appeals" })
        {
            var listed = await bench.Queues.TopAsync(queue, 100);
            Assert.Equal(queue == expected.Queue && expected.Status == "queued", listed.Value!.Any(item => item.Id == id));
        }
    }

    /// <summary>
    /// Streams without what the logs cannot tell once a deletion has aged out, the limits that ARCHITECTURE.md states: what
    /// is ranked again is ranked with all of its id that came after it, and what is posted after a deletion is a version of its own.
    /// </summary>
    private static Post[] WithinTheLimits(Post[] posts) => [.. posts.Select((post, index) => post with
    {
        Replays = posts.Take(index + 1).Any(earlier => earlier.Id == post.Id && earlier.Replays > 0) ? 1 : 0,
        Revision = post.Revision + (3 * posts.Take(index).Count(earlier => earlier.Id == post.Id && earlier.Digest is '-' or '~')),
    })];

    private static List<RankedItem> AppendPosts(ProjectionBench bench, Post[] posts, Func<int, DateTimeOffset> time, double late = 1.5)
    {
        var items = new List<RankedItem>();
        foreach (var (post, index) in posts.Select((post, index) => (post, index)))
        {
            var (revision, digest, disposition) = post.Digest switch
            {
                '-' => (0, '-', Disposition.Withdrawn),
                '~' => (post.Revision, 'D', Disposition.Withdrawn),
                'C' => (post.Revision, 'C', Disposition.Cleared),
                _ => (post.Revision, post.Digest, Disposition.Queued),
            };
            items.Add(LogRecords.Ranked($"id{post.Id}", revision, digest, disposition, time(index), index, digest == 'B' ? "spam" : "hate", 1 + index, post.Partition));
        }

        // Another partition's record may be ranked a little later than it was published.
        var order = items.Select((item, index) => (item, at: index + (item.Source.Partition * late))).OrderBy(pair => pair.at).Select(pair => pair.item).ToList();
        order.AddRange(items.Where((_, index) => posts[index].Replays > 0).Select(item =>
        {
            var again = item.Clone();
            again.Value *= 7;
            return again;
        }));
        for (var i = 0; i < order.Count; i++)
        {
            bench.Append(order[i], time(Math.Min(i, posts.Length)).AddSeconds(5));
        }

        return order;
    }

    private static List<Decision> AppendRulings(ProjectionBench bench, Ruling[] rulings, List<RankedItem> ranked, Func<int, DateTimeOffset> time)
    {
        var decisions = new List<Decision>();
        foreach (var (ruling, index) in rulings.Select((ruling, index) => (ruling, index)))
        {
            var candidates = ranked.Where(item => item.Disposition == Disposition.Queued).ToList();
            if (candidates.Count == 0)
            {
                break;
            }

            var item = candidates[ruling.Target % candidates.Count];
            var earlier = decisions.Where(decision => decision.ContentId == item.ContentId).ToList();
            var reverses = earlier.Count > 0 ? earlier[ruling.Reverses % earlier.Count].DecisionId : "none";
            var id = ruling.Kind == 9 && earlier.Count > 0 ? earlier[0].DecisionId : $"d{index}";
            decisions.Add(bench.Append(
                ruling.Kind switch
                {
                    0 or 1 or 2 or 9 => LogRecords.Verdict(id, item, $"r{ruling.Reviewer}", Decision.Types.Verdict.Violation),
                    3 or 4 => LogRecords.Verdict(id, item, $"r{ruling.Reviewer}", Decision.Types.Verdict.Skip),
                    5 => LogRecords.Verdict(id, item, $"r{ruling.Reviewer}", Decision.Types.Verdict.Escalate),
                    10 or 11 => LogRecords.Opening(id, item, Decision.Types.Kind.Golden),
                    12 => LogRecords.Opening(id, item, Decision.Types.Kind.Appeal),
                    13 or 14 => LogRecords.Second(id, item, $"r{ruling.Reviewer}", ruling.Reverses % 3 == 0 ? Decision.Types.Verdict.Benign : Decision.Types.Verdict.Violation, reverses),
                    6 => LogRecords.Verdict(id, item, $"r{ruling.Reviewer}", Decision.Types.Verdict.Benign, reverses),
                    _ => LogRecords.Undo(id, item, reverses),
                },
                time(index)));
        }

        return decisions;
    }
}
