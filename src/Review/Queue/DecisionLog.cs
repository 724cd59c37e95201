using System.Globalization;
using Confluent.Kafka;
using Google.Protobuf;
using StackExchange.Redis;
using Vigil.Contracts.Wire;
using Vigil.Review.Redis;

namespace Vigil.Review;

/// <summary>Sends decisions to <c>decisions</c> and waits until the projection has applied them and says what became of them.</summary>
internal sealed class DecisionLog(RedisScripts scripts, Lazy<IProducer<string, byte[]>> producer, string topic, PositionNames positions, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <returns>Null: it is not known whether the record is or will be on the log.</returns>
    public async Task<DeliveryResult<string, byte[]>?> TryProduceAsync(Decision decision)
    {
        try
        {
            return await producer.Value.ProduceAsync(topic, new Message<string, byte[]>
            {
                Key = decision.ContentId,
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

    /// <param name="place">Where the record is; null: a call before this one sent it, or no one did.</param>
    /// <param name="lease">The lease the decision was made under: without it no decision can come any more. Null for an undo.</param>
    public async Task<Reply<DecisionResult>> AwaitOutcomeAsync(string id, string decisionId, DeliveryResult<string, byte[]>? place, LeaseName? lease)
    {
        var passed = place is null ? "" : (place.Offset.Value + 1).ToString(CultureInfo.InvariantCulture);
        var start = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var answer = await TryAskAsync(id, decisionId, place, passed, lease);
            switch ((string?)answer?[0])
            {
                case "applied":
                    return ResultOf(answer!);
                case "unknown" when place is null && lease is not null:
                    // The lease ended without the decision: the first call's decision is on no log the projection has read.
                    return Refusal.LeaseLost;
                case "rebuilding":
                    // Perhaps for good: a topic created anew has positions of another name.
                    positions.Forget();
                    break;
            }

            if (time.GetElapsedTime(start) > patience)
            {
                return Refusal.OutcomeOpen;
            }

            await Task.Delay(pause, time);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }

    /// <returns>Null: Redis or Kafka did not answer. The decision is on its way all the same, so this is no word about it.</returns>
    private async Task<RedisResult?> TryAskAsync(string id, string decisionId, DeliveryResult<string, byte[]>? place, string passed, LeaseName? lease)
    {
        try
        {
            var field = place is null ? "" : await positions.DecisionsFieldAsync(place.Partition.Value);
            return await scripts.RunAsync("outcome", id, lease?.Holder ?? "", lease?.Epoch ?? "", decisionId, field, passed);
        }
        catch (Exception fault) when (fault is RedisException or RedisTimeoutException or KafkaException)
        {
            return null;
        }
    }

    private static DecisionResult ResultOf(RedisResult answer) => new(
        (string)answer[1]!,
        Replies.Verdict((string)answer[7]!, (string)answer[8]!),
        Replies.Outcome((string)answer[2]!),
        Replies.VersionText(answer[3]),
        (string)answer[4]!,
        Replies.VersionText(answer[5]),
        (string)answer[6]!);
}

/// <summary>Which lease a decision was made under.</summary>
internal sealed record LeaseName(string Holder, string Epoch);
