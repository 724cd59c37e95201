using Vigil.Contracts;

namespace Vigil.Review;

/// <summary>Where a queue's items go when they are escalated; only leads work there.</summary>
internal sealed class EscalationQueues(IReadOnlyList<Policy> policies)
{
    private const string Fallback = "escalation";

    // Queues of no policy (unreadable, unscored, audit) escalate to where the gravest policy does.
    private readonly string _default = policies.MaxBy(policy => policy.Severity)?.EscalationQueue ?? Fallback;

    private readonly Dictionary<string, string> _byQueue = policies
        .GroupBy(policy => policy.Queue)
        .ToDictionary(group => group.Key, group => group.MaxBy(policy => policy.Severity)!.EscalationQueue);

    public IReadOnlySet<string> LeadQueues { get; } = policies.Select(policy => policy.EscalationQueue).Append(Fallback).ToHashSet();

    /// <summary>Every queue an item can be ranked or moved into under these policies.</summary>
    public IReadOnlySet<string> AllQueues { get; } = policies.SelectMany(policy => new[] { policy.Queue, policy.EscalationQueue })
        .Concat([Fallback, PolicySet.UnreadableQueue, PolicySet.UnscoredQueue, PolicySet.AuditQueue, PolicySet.AppealsQueue])
        .ToHashSet();

    public string Of(string queue) => _byQueue.GetValueOrDefault(queue, _default);
}
