using System.Globalization;
using Vigil.Contracts;
using Vigil.Rank.Policies;
using Vigil.Review;

namespace Vigil.Pipeline.Commands;

/// <summary>
/// Why an item stands where it does: the policy that queued it, how likely and how severe, who will see it, and how long it
/// has waited. Its priority doubles every half-life; the queue's own order is the same, written free of the clock.
/// </summary>
/// <param name="Policy">Null: no policy queued it (unreadable, unscored, audit), or its file is gone.</param>
internal sealed record PlaceReason(Policy? Policy, PolicyScore Score, double ExpectedViews, double Value, TimeSpan Waiting, TimeSpan HalfLife)
{
    public double Priority => Value * Math.Pow(2, Waiting / HalfLife);

    public string Decisive => Policy is null
        ? "no policy at its threshold"
        : string.Create(CultureInfo.InvariantCulture, $"{Score.Policy} {Score.Probability:0.000} (threshold {Score.Threshold:0.000}), severity {Policy.Severity}");

    public string Derivation => string.Create(
        CultureInfo.InvariantCulture, $"{Number(Priority)} = value {Number(Value)} doubled every {HalfLife.TotalHours:0.##} h, waiting {Age(Waiting)}");

    /// <returns>Null: it has no evidence, or waits nowhere.</returns>
    public static PlaceReason? Of(QueueItem item, IReadOnlyList<Policy> policies, TimeSpan halfLife, DateTimeOffset now)
    {
        if (item.Item?.Ranking is not { } ranking || item.Enqueued is not { } enqueued)
        {
            return null;
        }

        var (policy, score) = policies
            .Join(ranking.Scores, policy => policy.Id, score => score.Policy, (policy, score) => (policy, score))
            .Where(pair => pair.policy.Queue == ranking.Queue && pair.score.Probability >= pair.score.Threshold)
            .OrderByDescending(pair => ItemValue.Harm(pair.score.Probability, pair.policy))
            .FirstOrDefault();
        return new(policy, score, ranking.ExpectedViews, ranking.Value, now > enqueued ? now - enqueued : TimeSpan.Zero, halfLife);
    }

    public static string Age(TimeSpan age) => age.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0.0} h")
        : string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0.0} min");

    public static string Number(double number) => number.ToString(number >= 1000 ? "0" : "0.###", CultureInfo.InvariantCulture);
}
