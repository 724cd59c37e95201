using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using Vigil.Contracts;
using Vigil.Contracts.Wire;
using Vigil.Review.Redis;

namespace Vigil.Review;

/// <summary>
/// Has decided items judged once more by another reviewer, who is not told what was decided and by whom: on an appeal, when a lead
/// marks one, and a share of all. What stands goes on standing meanwhile.
/// </summary>
public sealed class SecondReviews
{
    private readonly RedisScripts _scripts;
    private readonly DecisionLog _log;
    private readonly double _share;

    internal SecondReviews(RedisScripts scripts, DecisionLog log, double share)
    {
        _scripts = scripts;
        _log = log;
        _share = share;
    }

    /// <summary>Queues the item in <c>appeals</c>; a verdict that differs there overturns the one that stands.</summary>
    /// <param name="note">Why; goes with the record on the log.</param>
    /// <param name="key">The client's Idempotency-Key; "" without one.</param>
    public Task<Reply<DecisionResult>> AppealAsync(string id, Reviewer caller, string note, string key) => OpenAsync(id, caller, Decision.Types.Kind.Appeal, note, key);

    /// <summary>Queues the item where it was decided, as one whose right verdict is known.</summary>
    /// <inheritdoc cref="AppealAsync"/>
    public Task<Reply<DecisionResult>> MarkGoldenAsync(string id, Reviewer lead, string note, string key) => OpenAsync(id, lead, Decision.Types.Kind.Golden, note, key);

    /// <summary>How far first and second verdicts agree, by the queue where they were given, in the order of the names.</summary>
    public async Task<Reply<IReadOnlyList<QueueAgreement>>> AgreementAsync()
    {
        var answer = await _scripts.RunAsync("pairs");
        return Replies.RefusalOf(answer) is { } refusal
            ? new(null, refusal)
            : new([.. Enumerable.Range(1, answer.Length - 1).Select(i => answer[i])
                .GroupBy(row => (string)row[0]!, row => (IReadOnlyList<string>)[(string)row[1]!, (string)row[2]!], StringComparer.Ordinal)
                .OrderBy(queue => queue.Key, StringComparer.Ordinal)
                .Select(queue => QueueAgreement.Of(queue.Key, [.. queue]))], null);
    }

    /// <summary>Sends a decision that stands to another reviewer, if it is one of the share.</summary>
    internal async Task DrawAsync(Decision decision)
    {
        if (!IsDrawn(decision.DecisionId, _share))
        {
            return;
        }

        // Whether it arrives is not waited for: one that is lost is one less of a sample.
        await _log.TryProduceAsync(new()
        {
            DecisionId = NameOf($"again\n{decision.DecisionId}").ToString(),
            Kind = Decision.Types.Kind.ReviewAgain,
            ContentId = decision.ContentId,
            Version = decision.Version,
            Source = decision.Source,
            Queue = decision.Queue,
            Provenance = decision.Provenance,
        });
    }

    // By a hash of its id, which is random and nobody's choice: the same decision is drawn or not, however often it is asked.
    internal static bool IsDrawn(string decisionId, double share) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(decisionId))) < share * ulong.MaxValue;

    private async Task<Reply<DecisionResult>> OpenAsync(string id, Reviewer caller, Decision.Types.Kind kind, string note, string key)
    {
        var record = key.Length == 0 ? Guid.NewGuid().ToString() : CallMark.OfCall(kind.ToString(), id, caller, key, new() { Note = note });
        var first = await _scripts.RunAsync("again", id, record, CallMark.CallLetters);
        switch ((string?)first[0])
        {
            case "sent":
                return await _log.AwaitOutcomeAsync(id, record, null, null);
            case not "stands":
                return Replies.RefusalOf(first) ?? Refusal.NothingStands;
        }

        return await _log.TryProduceAsync(RecordOf(id, caller, kind, note, key, record, first)) is { } produced
            ? await _log.AwaitOutcomeAsync(id, record, produced, null)
            : Refusal.OutcomeOpen;
    }

    private static Decision RecordOf(string id, Reviewer caller, Decision.Types.Kind kind, string note, string key, string record, RedisResult first)
    {
        var item = Replies.Item(first[5], first[1]);
        var source = item?.Source.ToWire() ?? Projection.ProjectedRecord.SourceOf((string)first[2]!);
        source.TopicId = (string)first[3]!;
        return new()
        {
            DecisionId = record,
            Kind = kind,
            ContentId = id,
            Version = Replies.Version((string)first[1]!).ToWire(),
            Source = source,
            Queue = kind == Decision.Types.Kind.Appeal ? PolicySet.AppealsQueue : (string)first[4]!,
            Reviewer = caller.Name,
            Note = note,
            IdempotencyKey = key,
            Provenance = item?.Provenance?.ToWire(),
        };
    }

    private static Guid NameOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
