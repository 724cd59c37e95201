using System.Globalization;
using StackExchange.Redis;
using Vigil.Review.Redis;

namespace Vigil.Review;

/// <summary>
/// What a reviewer can do with the queues: look, claim under a fenced lease, keep and give back the lease
/// (<c>design.md</c> §6.3). Decisions are in <see cref="DecisionDesk"/>.
/// </summary>
public sealed class ReviewQueue
{
    private readonly RedisScripts _scripts;
    private readonly ReviewOptions _options;
    private readonly IReadOnlySet<string> _queues;
    private readonly IReadOnlySet<string> _leadQueues;
    private readonly Func<double> _random;

    internal ReviewQueue(RedisScripts scripts, ReviewOptions options, IReadOnlySet<string> queues, IReadOnlySet<string> leadQueues, Func<double> random)
    {
        _scripts = scripts;
        _options = options;
        _queues = queues;
        _leadQueues = leadQueues;
        _random = random;
    }

    public async Task<Reply<IReadOnlyList<QueueSummary>>> ListAsync()
    {
        var answer = await _scripts.RunAsync("list");
        if (Replies.RefusalOf(answer) is { } refusal)
        {
            return new(null, refusal);
        }

        var now = Replies.Time(answer[1])!.Value;
        return new(
            [.. Enumerable.Range(0, (answer.Length - 2) / 3).Select(i => new QueueSummary(
                (string)answer[2 + (i * 3)]!,
                (long)answer[3 + (i * 3)],
                Replies.Time(answer[4 + (i * 3)]) is { } oldest && now > oldest ? now - oldest : TimeSpan.Zero))],
            null);
    }

    /// <summary>Queues of the policies, and those that hold or held items.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync() =>
        [.. ((await ListAsync()).Value ?? []).Select(queue => queue.Name).Union(_queues).Order(StringComparer.Ordinal)];

    /// <summary>The first items of a queue, most urgent first; claims nothing.</summary>
    public async Task<Reply<IReadOnlyList<QueueItem>>> TopAsync(string queue, int count)
    {
        if (!await IsKnownAsync(queue))
        {
            return new(null, Refusal.UnknownQueue);
        }

        var answer = await _scripts.RunAsync("top", queue, count);
        if (Replies.RefusalOf(answer) is { } refusal)
        {
            return new(null, refusal);
        }

        return new(
            [.. Enumerable.Range(2, answer.Length - 2).Select(i => (Row: answer[i], Place: i - 1)).Select(at => new QueueItem(
                (string)at.Row[0]!, "queued", Replies.VersionText(at.Row[1]), queue, Replies.Number(at.Row[2]), Replies.Time(at.Row[3]), Replies.Item(at.Row[4], at.Row[1]), at.Place, (long)answer[1]))],
            null);
    }

    public async Task<Reply<ItemDetails>> ItemAsync(string id)
    {
        var answer = await _scripts.RunAsync("item", id);
        if (Replies.RefusalOf(answer) is { } refusal)
        {
            return refusal;
        }

        var current = new QueueItem(
            id, (string)answer[1]!, Replies.VersionText(answer[2]), (string)answer[3]!, Replies.Number(answer[4]), Replies.Time(answer[5]), Replies.Item(answer[6], answer[2]),
            (long?)Replies.Number(answer[10]), (long?)Replies.Number(answer[11]));
        var held = answer[7];
        var lease = (string)held[0]! is { Length: > 0 } holder
            ? new LeaseEntry(holder, Replies.VersionText(held[2]), (string)held[3]!, Replies.Time(held[4])!.Value, ((string)held[5]!).Length > 0)
            : null;
        var decisions = Enumerable.Range(0, answer[9].Length).Select(i => Replies.Decision(answer[9][i]));
        return new ItemDetails(current, lease, lease is null ? null : Replies.Item(answer[8], held[2]), [.. decisions], (string)answer[12]! == "1");
    }

    /// <summary>Gives the most urgent item the reviewer has not skipped; a share of claims is drawn at random instead.</summary>
    /// <param name="key">A repeat with the same key gets the same lease; "" for callers who hold one item of a queue at a time.</param>
    /// <returns>A claim without value and refusal: nothing waits.</returns>
    public async Task<Reply<Claim>> ClaimAsync(string queue, Reviewer reviewer, string key) =>
        await ClaimAsync(queue, reviewer, key, _random() < _options.DrawShare ? QueueScore.Text(_random()) : "", "");

    /// <summary>Gives one item, if it waits in the queue, such as one whose decision the reviewer has just taken back.</summary>
    /// <returns>A claim without value and refusal: it does not wait there.</returns>
    public Task<Reply<Claim>> ClaimItemAsync(string queue, string id, Reviewer reviewer, string key) => ClaimAsync(queue, reviewer, key, "", id);

    /// <summary>What the reviewer holds, in all queues, the oldest claim first; what is being decided is not among it.</summary>
    public async Task<Reply<IReadOnlyList<Claim>>> HeldAsync(Reviewer reviewer)
    {
        var answer = await _scripts.RunAsync("held", reviewer.Name);
        return Replies.RefusalOf(answer) is { } refusal
            ? new(null, refusal)
            : new([.. Enumerable.Range(1, answer.Length - 1).Select(i => answer[i]).Where(row => (string)row[0]! == "held").Select(Replies.Claim)], null);
    }

    private async Task<Reply<Claim>> ClaimAsync(string queue, Reviewer reviewer, string key, string drawn, string wanted)
    {
        if (_leadQueues.Contains(queue) && !reviewer.IsLead)
        {
            return Refusal.Forbidden;
        }

        if (!await IsKnownAsync(queue))
        {
            return Refusal.UnknownQueue;
        }

        var answer = await _scripts.RunAsync(
            "claim", queue, reviewer.Name, key, Milliseconds(_options.LeaseMinutes), _options.LeasesPerReviewer, QueueScore.Text(_options.DrawShare), drawn, wanted);
        if (Replies.RefusalOf(answer) is { } refusal)
        {
            return refusal;
        }

        var outcome = (string)answer[0]!;
        if (outcome == "empty")
        {
            return new(null, null);
        }

        var claim = Replies.Claim(answer);
        if (outcome == "claimed" && claim.Enqueued is { } since)
        {
            ReviewTelemetry.Claimed(claim.Lease.Queue, claim.Lease.Expires - TimeSpan.FromMinutes(_options.LeaseMinutes) - since);
        }

        return claim;
    }

    /// <summary>Keeps the lease, and tells whether the item was edited meanwhile.</summary>
    public async Task<Reply<LeaseState>> HeartbeatAsync(string id, Reviewer reviewer, long epoch)
    {
        var answer = await HoldAsync(id, reviewer, epoch, "heartbeat");
        return Replies.RefusalOf(answer) is { } refusal
            ? refusal
            : new LeaseState(Replies.Time(answer[1])!.Value, Replies.VersionText(answer[2]), Replies.VersionText(answer[3]), (string)answer[4]!, Replies.Time(answer[5])!.Value);
    }

    /// <summary>What the reviewer holds, without keeping it: for pages that look every second.</summary>
    public async Task<Reply<LeasesLook>> LookAsync(Reviewer reviewer)
    {
        var answer = await _scripts.RunAsync("look", reviewer.Name);
        return Replies.RefusalOf(answer) is { } refusal
            ? refusal
            : new LeasesLook((long)answer[1], [.. Enumerable.Range(2, answer.Length - 2).Select(i => answer[i]).Select(row =>
                new LeaseLook((long)row[0], ItemVersions.Differ((string)row[1]!, (string)row[2]!)))]);
    }

    /// <summary>The reviewer's verdicts of the last day, the newest first, at most <paramref name="most"/> of at most 50.</summary>
    public async Task<Reply<IReadOnlyList<RecentDecision>>> RecentAsync(Reviewer reviewer, int most)
    {
        var answer = await _scripts.RunAsync("recent", reviewer.Name, most);
        return Replies.RefusalOf(answer) is { } refusal
            ? new(null, refusal)
            : new([.. Enumerable.Range(1, answer.Length - 1).Select(i => answer[i]).Select(row => new RecentDecision(
                (string)row[0]!, (string)row[1]!, (string)row[2]!, Replies.PlainOutcome((string)row[3]!), (string)row[4]!, Replies.Time(row[5])!.Value))], null);
    }

    /// <summary>Gives the item back to its place.</summary>
    public async Task<Refusal?> ReleaseAsync(string id, Reviewer reviewer, long epoch)
    {
        var refusal = Replies.RefusalOf(await HoldAsync(id, reviewer, epoch, "release"));
        if (refusal is null)
        {
            ReviewTelemetry.LeaseEnded("released");
        }

        return refusal;
    }

    // Items of a policy that is gone may still wait, so Redis has the last word.
    private async Task<bool> IsKnownAsync(string queue) => _queues.Contains(queue) || (await ListAsync()).Value is not { } list || list.Any(known => known.Name == queue);

    private Task<RedisResult> HoldAsync(string id, Reviewer reviewer, long epoch, string action) => _scripts.RunAsync(
        "hold", id, reviewer.Name, epoch.ToString(CultureInfo.InvariantCulture), action, Milliseconds(_options.LeaseMinutes), Milliseconds(_options.LongestLeaseMinutes));

    private static string Milliseconds(double minutes) => TimeSpan.FromMinutes(minutes).TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
}
