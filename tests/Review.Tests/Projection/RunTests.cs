using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Review.Support;

namespace Vigil.Review.Projection;

/// <summary>Runs of records that one call applies: what single calls would leave, or nothing at all.</summary>
public sealed class RunTests(RedisServer redis)
{
    private static readonly DateTimeOffset T0 = LogRecords.Day0;

    [Fact]
    public async Task Apply_RunWithARecordThatBreaksTheScript_LeavesThatOneOut()
    {
        var bench = await StartAsync();
        var run = new LogRun(0, expected: 1);
        run.Add(1, 2, 1, 100, Project(bench, "b", 1));
        var broken = Project(bench, "c", 2);
        // log2 of the value: no number.
        broken.Values[6] = "none";
        run.Add(2, 3, 1, 100, broken);
        run.Add(3, 4, 1, 100, Project(bench, "d", 3));

        var (word, left) = await bench.ApplyAsync(run);

        Assert.Equal("applied", word);
        Assert.Equal(2, Assert.Single(left).Offset);
        Assert.Equal(["a", "d", "b"], await WaitingAsync(bench));
        Assert.Equal("4", await PositionAsync(bench));
    }

    [Fact]
    public async Task Apply_RunFromAPositionRedisIsNotAt_AppliesNoneOfIt()
    {
        var bench = await StartAsync();
        var run = new LogRun(0, expected: 0);
        run.Add(1, 2, 1, 100, Project(bench, "b", 1));
        run.Add(2, 3, 1, 100, Project(bench, "c", 2));

        Assert.Equal("moved", (await bench.ApplyAsync(run)).Word);

        Assert.Equal(["a"], await WaitingAsync(bench));
        Assert.Equal("1", await PositionAsync(bench));
    }

    [Fact]
    public async Task Apply_RunWithWhatOnlyMovesThePosition_AppliesTheRest()
    {
        var bench = await StartAsync();
        var run = new LogRun(0, expected: 1);
        run.Pass(1, 2, 1);
        run.Add(2, 3, 1, 100, Project(bench, "b", 2));
        run.Pass(9, 9, null);

        Assert.Equal("applied", (await bench.ApplyAsync(run)).Word);

        Assert.Equal(["a", "b"], await WaitingAsync(bench));
        Assert.Equal("9", await PositionAsync(bench));
    }

    // Pitfall: a full Redis takes what needs no memory, and after that everything: a withdrawal begins with a removal.
    [Fact]
    public async Task Apply_RedisFull_AppliesNoneOfTheRunAndAllOfItLater()
    {
        await using var own = new RedisServer();
        await own.InitializeAsync();
        var server = own.Connection.GetServer(own.Address);
        var bench = await StartAsync(own);
        LogRun Run()
        {
            var run = new LogRun(0, expected: 1);
            run.Add(1, 2, 1, 100, Project(bench, "b", 1));
            run.Add(2, 3, 1, 100, bench.Project(LogRecords.Ranked("a", 0, 'A', Disposition.Withdrawn, T0, 2), 2));
            return run;
        }

        await server.ConfigSetAsync("maxmemory", "1");
        await Assert.ThrowsAsync<RedisServerException>(() => bench.ApplyAsync(Run()));
        Assert.Equal("1", await PositionAsync(bench));

        await server.ConfigSetAsync("maxmemory", "0");
        Assert.Equal(["a"], await WaitingAsync(bench));
        Assert.Empty((await bench.ApplyAsync(Run())).Broken);
        Assert.Equal(["b"], await WaitingAsync(bench));
    }

    [Fact]
    public async Task Apply_RunOfOneIdTwice_HasTheLaterRecordsEvidence()
    {
        var bench = await StartAsync();
        var run = new LogRun(0, expected: 1);
        run.Add(1, 2, 1, 100, Project(bench, "b", 1, value: 1));
        run.Add(2, 3, 1, 100, Project(bench, "b", 1, value: 8));

        await bench.ApplyAsync(run);

        var item = (await bench.Queues.ItemAsync("b")).Value!.Current;
        Assert.Equal(8, item.Item!.Ranking!.Value);
        Assert.Equal(["b", "a"], await WaitingAsync(bench));
    }

    [Fact]
    public void IsFull_ManyRecordsOrManyBytes_BoundsARun()
    {
        var record = new Projected("x", []);
        var many = new LogRun(0, 0);
        for (var i = 0; !many.IsFull; i++)
        {
            Assert.True(i < 64);
            many.Add(i, i + 1, 1, 10, record);
        }

        var large = new LogRun(0, 0);
        large.Add(0, 1, 1, 1024 * 1024, record);
        Assert.True(large.IsFull);
    }

    // One item waits, and the position is 1.
    private async Task<ProjectionBench> StartAsync(RedisServer? own = null)
    {
        var bench = new ProjectionBench(own ?? redis);
        bench.Append(LogRecords.Ranked("a", 0, 'A', Disposition.Queued, T0, 0, value: 2));
        await bench.ApplyAllAsync();
        return bench;
    }

    private static Projected Project(ProjectionBench bench, string id, long offset, double value = 1) =>
        bench.Project(LogRecords.Ranked(id, 0, 'A', Disposition.Queued, T0, offset, value: value), offset);

    private static async Task<string[]> WaitingAsync(ProjectionBench bench) => [.. (await bench.Queues.TopAsync("hate", 10)).Value!.Select(item => item.Id)];

    private static async Task<string?> PositionAsync(ProjectionBench bench) =>
        await bench.Scripts.Database.HashGetAsync(bench.Scripts.Key(bench.Generation!, "pos"), ProjectionBench.Ranked);
}
