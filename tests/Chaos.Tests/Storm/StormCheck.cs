using System.Text;
using Vigil.Contracts.Wire;
using Vigil.Pipeline.Demo.Accounting;
using Vigil.Pipeline.Kafka;
using Vigil.Pipeline.Samples;
using Vigil.Pipeline.Tests.Worker;
using Disposition = Vigil.Contracts.Disposition;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>What must be true after a storm, read back from the topics and from Redis.</summary>
internal sealed class StormCheck(StormWorld world, StormStream stream, IReadOnlyList<RecordPosition?> positions, StatusTail tail, StormLog log)
{
    public async Task AccountAsync(CancellationToken cancellation)
    {
        using var topics = new TopicSetup(world.Clients);
        var topicId = (await topics.ReadAsync()).Single(state => state.Wanted.Name == world.Clients.Topics.Content).Id;
        var account = await new AccountReader(world.Clients).ReadAsync(topicId, static _ => { }, cancellation);
        var report = account.Close();
        foreach (var line in report.Lines())
        {
            log.Write(line);
        }

        Assert.Equal(positions.Select(position => position!.Value).Order(), account.Content.Order());
        Assert.True(report.IsBalanced);
        var unexpected = Unexpected(account);
        Assert.True(unexpected.Count == 0, string.Join('\n', unexpected));
    }

    /// <summary>Every acknowledged decision is on the log; none is there twice, under its own id, the key of its call, or the epoch of its lease.</summary>
    public async Task DecisionsAsync(StormReviewers reviewers, CancellationToken cancellation)
    {
        var acknowledged = reviewers.Acknowledged;
        var decisions = new List<Decision>();
        await new TopicReader(world.Clients).ReadAsync(world.Clients.Topics.Decisions, record => decisions.Add(Decision.Parser.ParseFrom(record.Message.Value)), cancellation);
        log.Write($"{acknowledged.Count} decisions acknowledged, {decisions.Count} on the log; {reviewers.Repeated} calls without an answer made again");

        Assert.NotEmpty(acknowledged);
        Assert.Empty(acknowledged.Except(decisions.Select(decision => decision.DecisionId)));
        Assert.Empty(Twice(decisions, decision => decision.DecisionId));
        Assert.Empty(Twice(decisions.Where(decision => decision.IdempotencyKey.Length > 0), decision => decision.IdempotencyKey));
        Assert.Empty(Twice(decisions.Where(decision => decision.Kind is Decision.Types.Kind.Verdict or Decision.Types.Kind.SecondVerdict), decision => $"{decision.ContentId} under {decision.LeaseEpoch}"));
    }

    private static IEnumerable<string> Twice(IEnumerable<Decision> decisions, Func<Decision, string> key) =>
        decisions.GroupBy(key).Where(same => same.Count() > 1).Select(same => same.Key);

    /// <summary>The queues come to rest, equal a rebuild field by field, and hold no lease past its end.</summary>
    public async Task QueuesAsync(TimeSpan quiet, TimeSpan patience, CancellationToken cancellation)
    {
        await using var redis = world.ConnectRedis();
        var queues = new QueueState(redis);
        await SettleAsync(queues, quiet, patience, cancellation);
        await TopicContents.UntilAsync(async () => await queues.OverdueAsync(TimeSpan.FromSeconds(5)) == 0, "leases past their end to go", cancellation);
        await SettleAsync(queues, quiet, patience, cancellation);

        var live = await queues.DumpAsync();
        await world.RunAsync(cancellation, "queue", "rebuild");
        var rebuilt = await queues.DumpAsync();
        log.Write($"{live.Length} fields and places live, {rebuilt.Length} rebuilt");

        Assert.NotEmpty(live);
        Assert.Equal(rebuilt, live);
    }

    private static async Task SettleAsync(QueueState queues, TimeSpan quiet, TimeSpan patience, CancellationToken cancellation)
    {
        var since = TimeProvider.System.GetTimestamp();
        string? before = null;
        while (before is null || await queues.PositionsAsync() != before)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < patience, "The queues do not come to rest.");
            before = await queues.PositionsAsync();
            await Task.Delay(quiet, cancellation);
        }
    }

    // Ranked may stand for duplicate or superseded where a kill or a rebalance lay between the two records of the id.
    private List<string> Unexpected(Account account)
    {
        var earlier = new Dictionary<string, RecordPosition>();
        var unexpected = new List<string>();
        foreach (var (index, sample) in stream.Samples.Index())
        {
            var position = positions[index]!.Value;
            var known = account.Of(position);
            var got = known is { } outcome ? Name(outcome.Disposition) : "nothing";
            var key = sample.Record.Key is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
            if ((got != sample.Expected.Outcome || (known?.Reason ?? "") != sample.Expected.Reason) && !MayBeRanked(sample, got, key, position, earlier))
            {
                unexpected.Add($"record {index} at {position}: expected {sample.Expected.Outcome} {sample.Expected.Reason}, got {got} {known?.Reason} at {log.At(tail.TimeOf(position.Partition, position.Offset))}{Before(earlier, key)}");
            }

            // What the window should know of the id. In between there may be more: an older revision that a kill let through
            // is the latest then, and a duplicate after it is none.
            if (sample.Expected.Outcome is Expectation.Ranked or Expectation.Withdrawn)
            {
                earlier[key] = position;
            }
        }

        return unexpected;
    }

    private string Before(Dictionary<string, RecordPosition> earlier, string key) => earlier.TryGetValue(key, out var before)
        ? $", the record before it {before} at {log.At(tail.TimeOf(before.Partition, before.Offset))}"
        : "";

    private bool MayBeRanked(Sample sample, string got, string key, RecordPosition position, Dictionary<string, RecordPosition> earlier) =>
        got == Expectation.Ranked
        && sample.Expected.Outcome is Expectation.Duplicate or Expectation.Superseded
        && earlier.TryGetValue(key, out var before)
        && tail.TimeOf(before.Partition, before.Offset) is { } from
        && tail.TimeOf(position.Partition, position.Offset) is { } to
        && log.HasUnrest(from < to ? from : to, to);

    private static string Name(Disposition disposition) => disposition is Disposition.Queued or Disposition.Cleared
        ? Expectation.Ranked
        : disposition.ToString().ToLowerInvariant();
}
