using Vigil.Review;

namespace Vigil.ReviewConsole.Work;

/// <summary>What a reviewer may take back: the verdicts of the last day that stand, at most 50.</summary>
internal sealed class RecentVerdicts(ReviewQueue queues)
{
    private const int Most = 50;

    /// <summary>The newest that stands in a queue; null: none.</summary>
    public async Task<LastVerdict?> LastAsync(Reviewer reviewer, string queue) =>
        (await ListAsync(reviewer)).FirstOrDefault(verdict => verdict.Queue == queue);

    public async Task<IReadOnlyList<LastVerdict>> ListAsync(Reviewer reviewer) =>
        [.. ((await queues.RecentAsync(reviewer, Most)).Value ?? []).Where(decision => decision.Outcome == "stands")
            .Select(decision => new LastVerdict(decision.Id, decision.Queue, decision.DecisionId, decision.Verdict, decision.Outcome))];
}
