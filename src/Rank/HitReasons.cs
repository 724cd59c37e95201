using Vigil.Contracts;

namespace Vigil.Rank;

/// <summary>Hash hits as reasons: certain, so they come first and carry the largest contribution.</summary>
internal static class HitReasons
{
    private const double Certain = 100;

    /// <summary>Live violation entries of the policy; benign entries are evidence, but no reason to raise it.</summary>
    public static IReadOnlyList<Reason> Of(IReadOnlyList<HashHit> hits, string policy)
    {
        List<Reason>? reasons = null;
        foreach (var hit in hits)
        {
            if (hit.Entry.Side == Side.Violation && hit.Entry.Policies.Contains(policy))
            {
                (reasons ??= []).Add(new($"identical to known violation {hit.Entry.Id} ({hit.Algorithm})", Certain, policy));
            }
        }

        return reasons ?? (IReadOnlyList<Reason>)[];
    }
}
