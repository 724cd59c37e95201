using System.Globalization;
using Confluent.Kafka;
using Google.Protobuf;
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

    private readonly RedisScripts _scripts;
    private readonly Lazy<IProducer<string, byte[]>> _producer;
    private readonly string _topic;
    private readonly PositionNames _positions;
    private readonly ReviewOptions _options;
    private readonly TimeProvider _time;

    internal DecisionDesk(RedisScripts scripts, Lazy<IProducer<string, byte[]>> producer, string topic, PositionNames positions, ReviewOptions options, TimeProvider time)
    {
        _scripts = scripts;
        _producer = producer;
        _topic = topic;
        _positions = positions;
        _options = options;
        _time = time;
    }

    /// <param name="key">The client's Idempotency-Key; "" without one.</param>
    public async Task<Reply<DecisionResult>> DecideAsync(string id, Reviewer reviewer, long epoch, VerdictCall call, string key)
    {
        // :: Step 1: mark
        var epochText = epoch.ToString(CultureInfo.InvariantCulture);
        var settled = TimeSpan.FromSeconds(_options.DeliverySeconds) + SettleMargin;
        var marked = await _scripts.RunAsync(
            "decide", id, reviewer.Name, epochText, Guid.NewGuid().ToString(), key, settled.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture));
        switch ((string?)marked[0])
        {
            case "known" or "repeated":
                return await AwaitOutcomeAsync(id, reviewer.Name, epochText, (string)marked[1]!, null);
            case not "marked":
                if ((string?)marked[0] == "lease_lost")
                {
                    ReviewTelemetry.LeaseEnded("fenced");
                }

                return Replies.RefusalOf(marked) ?? Refusal.LeaseLost;
        }

        // :: Step 2: produce
        var decision = DecisionOf(id, reviewer, epoch, call, marked);
        var since = Replies.Time(marked[7])!.Value;
        if (await TryProduceAsync(id, decision) is not { } place)
        {
            return Refusal.OutcomeOpen;
        }

        // :: Step 3: wait for the log's own word
        var reply = await AwaitOutcomeAsync(id, reviewer.Name, epochText, decision.DecisionId, place);
        if (reply.Value is { } result)
        {
            ReviewTelemetry.LeaseEnded("decided");
            ReviewTelemetry.Decided(VerdictNames.Of(decision.Verdict), result.Outcome);
            ReviewTelemetry.Worked(decision.Queue, place.Timestamp.UtcDateTime - since.UtcDateTime);
        }

        return reply;
    }

    /// <summary>Takes back a decision that stands; the version is undecided again and back in its old place.</summary>
    /// <param name="decisionId">Null: the caller's own last one that stands.</param>
    public async Task<Reply<DecisionResult>> UndoAsync(string id, Reviewer reviewer, string? decisionId, string note)
    {
        var target = await _scripts.RunAsync("undo", id, decisionId ?? "", reviewer.Name);
        if (Replies.RefusalOf(target) is { } refusal)
        {
            return refusal;
        }

        if ((string)target[3]! != reviewer.Name && !reviewer.IsLead)
        {
            return Refusal.Forbidden;
        }

        if ((string)target[0]! != "stands")
        {
            return Refusal.NotStanding;
        }

        var version = Replies.Version((string)target[2]!);
        var place = (string)target[4]!;
        var decision = new Decision
        {
            DecisionId = Guid.NewGuid().ToString(),
            Kind = Decision.Types.Kind.Reversal,
            ContentId = id,
            Version = version.ToWire(),
            Source = ProjectedRecord.SourceOf(place),
            Reviewer = reviewer.Name,
            Reverses = (string)target[1]!,
            Note = note,
        };
        if (await TryProduceAsync(id, decision) is not { } produced)
        {
            return Refusal.OutcomeOpen;
        }

        var reply = await AwaitOutcomeAsync(id, reviewer.Name, "", decision.DecisionId, produced);
        if (reply.Value is { } result)
        {
            ReviewTelemetry.Decided("undo", result.Outcome);
        }

        return reply;
    }

    private static Decision DecisionOf(string id, Reviewer reviewer, long epoch, VerdictCall call, RedisResult marked)
    {
        var version = Replies.Version((string)marked[2]!);
        var item = Replies.Item(marked[6]);
        var random = (string)marked[4]! == "random";
        var decision = new Decision
        {
            DecisionId = (string)marked[1]!,
            Kind = Decision.Types.Kind.Verdict,
            ContentId = id,
            Version = version.ToWire(),
            Source = item?.Source.ToWire() ?? ProjectedRecord.SourceOf((string)marked[8]!),
            Queue = (string)marked[3]!,
            Verdict = call.Verdict == "skip" ? Decision.Types.Verdict.Skip : VerdictNames.Parse(call.Verdict) ?? throw new ArgumentException($"No verdict '{call.Verdict}'.", nameof(call)),
            Reviewer = reviewer.Name,
            LeaseEpoch = epoch,
            Selection = random ? Selection.Random : (Selection?)item?.Ranking?.Selection ?? Selection.Ranked,
            Propensity = random ? Replies.Number(marked[5]) ?? 0 : item?.Ranking?.Propensity ?? 1,
            SecondsSpent = call.SecondsSpent,
            Note = call.Note,
            Reason = call.Reason,
            Provenance = item?.Provenance?.ToWire(),
        };
        decision.Policies.AddRange(call.Policies);
        return decision;
    }

    /// <returns>Null: it is not known whether the record is or will be on the log.</returns>
    private async Task<DeliveryResult<string, byte[]>?> TryProduceAsync(string id, Decision decision)
    {
        try
        {
            return await _producer.Value.ProduceAsync(_topic, new Message<string, byte[]>
            {
                Key = id,
                Value = decision.ToByteArray(),
                Headers = RecordHeaders.Of(nameof(Decision)),
            });
        }
        catch (KafkaException)
        {
            // Even "timed out" may still arrive. The lease stays `deciding` until the log can no longer surprise us.
            return null;
        }
    }

    private async Task<Reply<DecisionResult>> AwaitOutcomeAsync(string id, string reviewer, string epoch, string decisionId, DeliveryResult<string, byte[]>? place)
    {
        var field = place is null ? "" : await _positions.DecisionsFieldAsync(place.Partition.Value);
        var passed = place is null ? "" : (place.Offset.Value + 1).ToString(CultureInfo.InvariantCulture);
        var start = _time.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(2);
        while (true)
        {
            var answer = await _scripts.RunAsync("outcome", id, reviewer, epoch, decisionId, field, passed);
            switch ((string?)answer[0])
            {
                case "applied":
                    return new DecisionResult(
                        (string)answer[1]!, Replies.Outcome((string)answer[2]!), (string)answer[3]!, (string)answer[4]!, (string)answer[5]!, (string)answer[6]!);
                case "unknown" when place is null:
                    // The lease ended without the decision: the first call's decision is on no log the projection has read.
                    return Refusal.LeaseLost;
            }

            if (_time.GetElapsedTime(start).TotalSeconds > _options.AnswerSeconds)
            {
                return Refusal.OutcomeOpen;
            }

            await Task.Delay(pause, _time);
            pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 1.5, 50));
        }
    }
}
