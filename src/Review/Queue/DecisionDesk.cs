using System.Globalization;
using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Review.Projection;
using Vigil.Review.Redis;

namespace Vigil.Review;

/// <summary>
/// Puts decisions on the log. Step 1 marks the lease `deciding`; step 2 produces to <c>decisions</c>, acks of all; step 3,
/// the reply, waits until the projection has applied the record in log order and says what became of it. A repeat during
/// `deciding` waits and never produces again; a call whose fate is not known is answered "outcome open".
/// </summary>
public sealed class DecisionDesk
{
    private static readonly TimeSpan SettleMargin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UndoableFor = TimeSpan.FromDays(8);

    private readonly RedisScripts _scripts;
    private readonly DecisionLog _log;
    private readonly SecondReviews _again;
    private readonly IReadOnlySet<string> _leadQueues;
    private readonly TimeSpan _settled;
    private readonly TimeProvider _time;

    internal DecisionDesk(RedisScripts scripts, DecisionLog log, SecondReviews again, IReadOnlySet<string> leadQueues, ReviewOptions options, TimeProvider time)
    {
        _scripts = scripts;
        _log = log;
        _again = again;
        _leadQueues = leadQueues;
        _settled = TimeSpan.FromSeconds(options.DeliverySeconds) + SettleMargin;
        _time = time;
    }

    /// <param name="key">The client's Idempotency-Key; "" without one.</param>
    public async Task<Reply<DecisionResult>> DecideAsync(string id, Reviewer reviewer, long epoch, VerdictCall call, string key)
    {
        // :: Step 1: mark
        var lease = new LeaseName(reviewer.Name, epoch.ToString(CultureInfo.InvariantCulture));
        var decision = WordsOf(call, key);
        var marked = await _scripts.RunAsync(
            "decide", id, lease.Holder, lease.Epoch, NewId(), CallMark.OfKey(key), Milliseconds(_settled), CallMark.OfWords(decision));
        switch ((string?)marked[0])
        {
            case "known" or "repeated":
                return Plain(await _log.AwaitOutcomeAsync(id, (string)marked[1]!, null, lease));
            case not "marked":
                if ((string?)marked[0] == "lease_lost")
                {
                    ReviewTelemetry.LeaseEnded("fenced");
                }

                return Replies.RefusalOf(marked) ?? Refusal.LeaseLost;
        }

        // :: Step 2: produce
        var item = Replies.Item(marked[6], marked[2]);
        Complete(decision, id, reviewer, epoch, marked, item);
        LookAgain(decision, marked);
        var since = Replies.Time(marked[7])!.Value;
        if (await _log.TryProduceAsync(decision) is not { } place)
        {
            return Refusal.OutcomeOpen;
        }

        // :: Step 3: wait for the log's own word
        var reply = await _log.AwaitOutcomeAsync(id, decision.DecisionId, place, lease);
        if (reply.Value is { } result)
        {
            ReviewTelemetry.LeaseEnded("decided");
            ReviewTelemetry.Decided(VerdictNames.Of(decision.Verdict), result.Outcome);
            ReviewTelemetry.Worked(decision.Queue, place.Timestamp.UtcDateTime - since.UtcDateTime);
            if (decision.SecondTo.Length == 0)
            {
                await SettleFirstAsync(decision, item, result);
            }
        }

        return Plain(reply);
    }

    /// <summary>Takes back a decision that stands; the version is undecided again and back in its old place.</summary>
    /// <param name="decisionId">Null: the caller's own last one that stands.</param>
    /// <param name="key">The client's Idempotency-Key; a repeat with it undoes nothing else. "" without one.</param>
    public async Task<Reply<DecisionResult>> UndoAsync(string id, Reviewer reviewer, string? decisionId, string note, string key)
    {
        var reversal = key.Length == 0 ? NewId() : CallMark.OfUndo(id, reviewer, key, decisionId, note);
        var target = await _scripts.RunAsync(
            "undo", id, decisionId ?? "", reviewer.Name, reversal, reviewer.IsLead ? "1" : "0", Milliseconds(_settled), CallMark.CallLetters);
        switch ((string?)target[0])
        {
            case "sent":
                return await _log.AwaitOutcomeAsync(id, reversal, null, null);
            case "unknown" when decisionId is not null && AgeOf(decisionId) > UndoableFor:
                return Refusal.TooLate;
            case "forbidden":
                return Refusal.Forbidden;
            case not "stands":
                return Replies.RefusalOf(target) ?? Refusal.NothingToUndo;
        }

        var decision = ReversalOf(id, reviewer, reversal, note, key, target);
        if (await _log.TryProduceAsync(decision) is not { } produced)
        {
            return Refusal.OutcomeOpen;
        }

        var reply = await _log.AwaitOutcomeAsync(id, reversal, produced, null);
        if (reply.Value is { } result)
        {
            ReviewTelemetry.Decided("undo", result.Outcome);
        }

        return reply;
    }

    private async Task SettleFirstAsync(Decision decision, Contracts.RankedItem? item, DecisionResult result)
    {
        ReviewTelemetry.Judged(item, decision);
        // Leads have nobody to be checked by.
        if (result.Outcome == "stands" && !_leadQueues.Contains(decision.Queue))
        {
            await _again.DrawAsync(decision);
        }
    }

    // A second verdict is compared with what stands. Where it is to decide, one that differs overturns it, in one record.
    private static void LookAgain(Decision decision, RedisResult marked)
    {
        var first = (string)marked[9]!;
        if (first.Length == 0 || decision.Verdict is not (Decision.Types.Verdict.Violation or Decision.Types.Verdict.Benign))
        {
            return;
        }

        decision.SecondTo = first;
        decision.FirstVerdict = VerdictNames.Parse((string)marked[10]!) ?? Decision.Types.Verdict.Unspecified;
        if ((string)marked[11]! == "1" && decision.Verdict != decision.FirstVerdict)
        {
            decision.Reverses = first;
        }
        else
        {
            decision.Kind = Decision.Types.Kind.SecondVerdict;
        }
    }

    // Whoever judged an item again is told what every other is told, also where the two verdicts differ and the item went to the leads.
    private static Reply<DecisionResult> Plain(Reply<DecisionResult> reply) => reply.Value switch
    {
        { Outcome: "second" } result when ItemVersions.Differ(result.Version, result.NewestVersion) => result with { Outcome = Replies.PlainOutcome(result.Outcome) },
        { Outcome: "second" } result => result with { Outcome = Replies.PlainOutcome(result.Outcome), Status = "decided", Queue = "" },
        _ => reply,
    };

    private static Decision WordsOf(VerdictCall call, string key)
    {
        var words = new Decision
        {
            Kind = Decision.Types.Kind.Verdict,
            Verdict = VerdictNames.Parse(call.Verdict) ?? throw new ArgumentException($"No verdict '{call.Verdict}'.", nameof(call)),
            SecondsSpent = call.SecondsSpent,
            Note = call.Note,
            Reason = call.Reason,
            IdempotencyKey = key,
        };
        words.Policies.AddRange(call.Policies);
        return words;
    }

    private static void Complete(Decision decision, string id, Reviewer reviewer, long epoch, RedisResult marked, Contracts.RankedItem? item)
    {
        var random = (string)marked[4]! == "random";
        decision.DecisionId = (string)marked[1]!;
        decision.ContentId = id;
        decision.Version = Replies.Version((string)marked[2]!).ToWire();
        decision.Source = item?.Source.ToWire() ?? ProjectedRecord.SourceOf((string)marked[8]!);
        decision.Queue = (string)marked[3]!;
        decision.Reviewer = reviewer.Name;
        decision.LeaseEpoch = epoch;
        decision.Selection = random ? Selection.Random : (Selection?)item?.Ranking?.Selection ?? Selection.Ranked;
        decision.Propensity = random ? Replies.Number(marked[5]) ?? 0 : item?.Ranking?.Propensity ?? 1;
        decision.Provenance = item?.Provenance?.ToWire();
    }

    private static Decision ReversalOf(string id, Reviewer reviewer, string reversal, string note, string key, RedisResult target)
    {
        var item = Replies.Item(target[7], target[2]);
        var source = item?.Source.ToWire() ?? ProjectedRecord.SourceOf((string)target[4]!);
        source.TopicId = (string)target[5]!;
        return new()
        {
            DecisionId = reversal,
            Kind = Decision.Types.Kind.Reversal,
            ContentId = id,
            Version = Replies.Version((string)target[2]!).ToWire(),
            Source = source,
            Queue = (string)target[6]!,
            Reviewer = reviewer.Name,
            Reverses = (string)target[1]!,
            Note = note,
            IdempotencyKey = key,
            Provenance = item?.Provenance?.ToWire(),
        };
    }

    // Of version 7: it carries its time, so an undo that comes after all was forgotten can be told that it is late.
    private string NewId() => Guid.CreateVersion7(_time.GetUtcNow()).ToString();

    private TimeSpan AgeOf(string decisionId)
    {
        if (!Guid.TryParse(decisionId, out var id) || id.Version != 7)
        {
            return TimeSpan.Zero;
        }

        var milliseconds = long.Parse(id.ToString("N").AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return _time.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromMilliseconds(milliseconds);
    }

    private static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
}
