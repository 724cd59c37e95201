using Confluent.Kafka;
using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Review.Projection;
using Vigil.Review.Redis;
using RankedItem = Vigil.Contracts.Wire.RankedItem;

namespace Vigil.Review.Support;

/// <summary>
/// Two logs in memory and the real scripts in Redis: applies records, alone or in runs, in any interleaving, loses Redis, puts back
/// an older Redis, rebuilds, and writes down a generation field by field.
/// </summary>
internal sealed class ProjectionBench
{
    public const string Ranked = "ranked/topic/0";
    public const string Decisions = "decisions/topic/0";

    public static readonly TimeSpan HalfLife = TimeSpan.FromHours(4);

    private readonly RedisServer _redis;
    private readonly ProjectedRecord _records = new(HalfLife, queue => queue + "-leads");
    private readonly List<ConsumeResult<byte[], byte[]>> _ranked = [];
    private readonly List<ConsumeResult<byte[], byte[]>> _decisions = [];
    private readonly Dictionary<string, long> _positions = [];
    private int _generations;
    private string? _generation;

    public ProjectionBench(RedisServer redis, DateTimeOffset? now = null, int gap = 1)
    {
        _redis = redis;
        Gap = gap;
        Scripts = redis.Scripts(Prefix);
        SetNow(now ?? LogRecords.Day0.AddDays(1));
        Queues = new ReviewQueue(Scripts, new ReviewOptions { DrawShare = 0 }, new HashSet<string> { "hate", "hate-leads", "spam", "spam-leads", "appeals" }, new HashSet<string> { "hate-leads" }, () => 0.99);
    }

    public string Prefix { get; } = RedisServer.NewPrefix();

    /// <summary>Offsets between two records: transactions leave gaps.</summary>
    public int Gap { get; }

    public RedisScripts Scripts { get; }

    public ReviewQueue Queues { get; }

    public string? Generation => _generation;

    public int RankedCount => _ranked.Count;

    public int DecisionCount => _decisions.Count;

    public int RankedApplied => (int)(_positions.GetValueOrDefault(Ranked) / Gap);

    public int DecisionsApplied => (int)(_positions.GetValueOrDefault(Decisions) / Gap);

    public void SetNow(DateTimeOffset now) => Scripts.ClockOffset = now - TimeProvider.System.GetUtcNow();

    public RankedItem Append(RankedItem item, DateTimeOffset? logTime = null)
    {
        _ranked.Add(LogRecords.Record(item, "ranked", _ranked.Count * Gap, logTime ?? DateTimeOffset.FromUnixTimeMilliseconds(item.Source.TimeMs)));
        return item;
    }

    public Decision Append(Decision decision, DateTimeOffset logTime)
    {
        _decisions.Add(LogRecords.Record(decision, "decisions", _decisions.Count * Gap, logTime));
        return decision;
    }

    public async Task ApplyAllAsync()
    {
        while (await ApplyNextAsync(ranked: true) || await ApplyNextAsync(ranked: false))
        {
        }
    }

    /// <summary>Applies the next records of a log as the live reader does, in one call. Lost positions lead to a rebuild, others to a seek.</summary>
    public async Task<bool> ApplyNextAsync(bool ranked, int most = 1)
    {
        var field = await FollowAsync(ranked);
        var index = (int)(_positions[field] / Gap);
        var count = Math.Min(most, (ranked ? _ranked : _decisions).Count - index);
        if (count <= 0)
        {
            // Nothing to read: the reader looks now and then whether Redis still is where it left it.
            var held = await Scripts.Database.HashGetAsync(Scripts.Key(_generation!, "pos"), field);
            if (held == _positions[field])
            {
                return false;
            }

            _positions[field] = (long)held;
            return true;
        }

        var answers = new RunAnswers();
        await SendAsync(_generation!, live: true, ranked, index, count, _positions[field], answers);
        Hear(field, answers, (index + count) * Gap);
        return true;
    }

    /// <summary>Two runs in flight, as the live reader has them, and what happens to Redis between the two.</summary>
    public async Task ApplyInFlightAsync(bool ranked, int most, Func<Task> between)
    {
        var field = await FollowAsync(ranked);
        var generation = _generation!;
        var answers = new RunAnswers();
        var position = _positions[field];
        for (var run = 0; run < 2; run++)
        {
            var index = (int)(position / Gap);
            if (Math.Min(most, (ranked ? _ranked : _decisions).Count - index) is > 0 and var count)
            {
                await SendAsync(generation, live: true, ranked, index, count, position, answers);
                position = (index + count) * Gap;
            }

            if (run == 0)
            {
                await between();
            }
        }

        Hear(field, answers, position);
    }

    /// <summary>Applies a record under a position of the caller's own, as a reader does that was left behind.</summary>
    public async Task<string> ApplyAsync(bool ranked, int index, long expected) =>
        (string)(await SendAsync(_generation!, live: true, ranked, index, 1, expected, new()))[0]!;

    /// <summary>Applies what a test made by hand.</summary>
    public async Task<(string Word, IReadOnlyList<(long Offset, string Fault)> Broken)> ApplyAsync(LogRun run)
    {
        var answer = await Scripts.RunAsync("apply_ranked", run.Arguments(_generation!, live: true, Ranked, 0));
        return ((string)answer[0]!, [.. new RunAnswers().Add(run, answer)]);
    }

    public Projected Project(RankedItem item, long offset) => _records.Ranked(LogRecords.Record(item, "ranked", offset, DateTimeOffset.FromUnixTimeMilliseconds(item.Source.TimeMs)))!;

    /// <summary>Builds a generation from the first records of both logs and serves it.</summary>
    /// <returns>Whether it was served: one behind the live positions is not.</returns>
    public async Task<bool> RebuildAsync(int ranked, int decisions, int seed = 0)
    {
        var generation = await BuildAsync(ranked, decisions, seed, longestRun: 1 + (seed % 4));
        if ((string?)(await Scripts.RunAsync("swap", generation))[0] != "served")
        {
            return false;
        }

        _generation = null;
        return true;
    }

    public async Task<string> BuildAsync(int ranked, int decisions, int seed = 0, int longestRun = 1)
    {
        var generation = $"{Interlocked.Increment(ref _generations)}";
        await Scripts.RunAsync("begin", generation, Ranked, 0, Decisions, 0);
        var random = new Random(seed);
        int r = 0, d = 0;
        while (r < ranked || d < decisions)
        {
            var next = d >= decisions || (r < ranked && random.Next(2) == 0);
            var count = Math.Min(1 + random.Next(longestRun), next ? ranked - r : decisions - d);
            var answer = await SendAsync(generation, live: false, next, next ? r : d, count, (next ? r : d) * Gap, new());
            Assert.Equal("applied", (string?)answer[0]);
            (r, d) = next ? (r + count, d) : (r, d + count);
        }

        return generation;
    }

    public Task SweepAsync(string generation, DateTimeOffset passed, bool live = true) =>
        Scripts.RunAsync("sweep", generation, live ? "1" : "0", passed.ToUnixTimeMilliseconds(), 10_000);

    public async Task FlushAsync() => await Scripts.Database.KeyDeleteAsync([.. _redis.Keys(Prefix)]);

    /// <summary>Redis as it is now, to be put back later: a server that lost what it had not written yet.</summary>
    public async Task<Func<Task>> SnapshotAsync()
    {
        var keys = _redis.Keys(Prefix);
        var dumps = new List<(RedisKey Key, byte[]? Dump)>();
        foreach (var key in keys)
        {
            dumps.Add((key, await Scripts.Database.KeyDumpAsync(key)));
        }

        return async () =>
        {
            await FlushAsync();
            foreach (var (key, dump) in dumps)
            {
                await Scripts.Database.KeyRestoreAsync(key, dump!);
            }
        };
    }

    /// <summary>Every field of every item and every place in every queue of a generation, but the times of the next look.</summary>
    public async Task<string[]> DumpAsync(string generation)
    {
        var lines = new List<string>();
        var root = (string)Scripts.Key(generation, "")!;
        foreach (var key in _redis.Keys(Prefix).Select(key => (string)key!).Where(key => key.StartsWith(root, StringComparison.Ordinal)))
        {
            var name = key[root.Length..];
            if (name.StartsWith("i:", StringComparison.Ordinal))
            {
                lines.AddRange((await Scripts.Database.HashGetAllAsync(key)).Select(field => $"{name} {field.Name} {Convert.ToBase64String((byte[])field.Value!)} {(field.Name.StartsWith("p:") ? "" : field.Value)}"));
            }
            else if (name.StartsWith("q:", StringComparison.Ordinal) || name.StartsWith("e:", StringComparison.Ordinal))
            {
                lines.AddRange((await Scripts.Database.SortedSetRangeByRankWithScoresAsync(key)).Select(entry => $"{name} {entry.Element} {entry.Score:R}"));
            }
            else if (name == "pairs")
            {
                // Older ones are not read, and go when the next one comes.
                var since = (TimeProvider.System.GetUtcNow() + Scripts.ClockOffset).AddDays(-29).ToUnixTimeMilliseconds();
                lines.AddRange((await Scripts.Database.SortedSetRangeByScoreWithScoresAsync(key, since)).Select(entry => $"{name} {entry.Element} {entry.Score:R}"));
            }
            else if (name == "x")
            {
                lines.AddRange((await Scripts.Database.SortedSetRangeByRankAsync(key)).Select(member => $"x {member}"));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    public async Task<string?> FieldAsync(string id, string field) => await Scripts.Database.HashGetAsync(Scripts.Key(_generation!, "i:" + id), field);

    /// <summary>What became of a decision, as the projection has it.</summary>
    public async Task<string?> OutcomeAsync(string id, string decisionId) =>
        (await Queues.ItemAsync(id)).Value?.Decisions.FirstOrDefault(decision => decision.Id == decisionId)?.Outcome;

    /// <returns>Name of the log's position.</returns>
    private async Task<string> FollowAsync(bool ranked)
    {
        if (_generation is null || await Scripts.Database.StringGetAsync(Scripts.Key("ready")) != _generation)
        {
            await FollowAsync();
        }

        return ranked ? Ranked : Decisions;
    }

    private async Task FollowAsync()
    {
        var served = (string?)await Scripts.Database.StringGetAsync(Scripts.Key("ready"));
        if (served is null)
        {
            // What the live reader had applied need not all be in what a rebuild reads first, but a rebuild reads to the ends.
            await RebuildAsync(_ranked.Count == 0 ? 0 : Math.Max(RankedApplied, 0), DecisionsApplied);
            served = await Scripts.Database.StringGetAsync(Scripts.Key("ready"));
        }

        _generation = served;
        foreach (var entry in await Scripts.Database.HashGetAllAsync(Scripts.Key(served!, "pos")))
        {
            _positions[(string)entry.Name!] = (long)entry.Value;
        }
    }

    private void Hear(string field, RunAnswers answers, long applied)
    {
        if (answers.End is not null)
        {
            _generation = null;
        }
        else
        {
            _positions[field] = answers.Moved.TryGetValue(0, out var moved) ? moved : applied;
        }
    }

    private async Task<RedisResult> SendAsync(string generation, bool live, bool ranked, int index, int count, long expected, RunAnswers answers)
    {
        var run = new LogRun(0, expected);
        for (var i = index; i < index + count; i++)
        {
            var record = (ranked ? _ranked : _decisions)[i];
            run.Add(record.Offset.Value, (i + 1) * Gap, record.Message.Timestamp.UnixTimestampMs, record.Message.Value.Length, (ranked ? _records.Ranked(record) : ProjectedRecord.Decided(record))!);
        }

        var answer = await Scripts.RunAsync(ranked ? "apply_ranked" : "apply_decision", run.Arguments(generation, live, ranked ? Ranked : Decisions, 0));
        Assert.Empty(answers.Add(run, answer));
        return answer;
    }
}
