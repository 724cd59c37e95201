using Vigil.Contracts;

namespace Vigil.Review.Http;

/// <summary>What a decision must say beyond its form. Faults name what is known, never what was sent.</summary>
internal sealed class DecideRules(IReadOnlyList<Policy> policies)
{
    private readonly HashSet<string> _known = [.. policies.Select(policy => policy.Id)];
    private readonly string _names = string.Join(", ", policies.Select(policy => policy.Id));

    /// <returns>All faults in one line; null: none.</returns>
    public string? FaultsOf(DecideBody body)
    {
        var named = body.Policies ?? [];
        List<string?> faults =
        [
            body.Verdict is "violation" or "benign" or "escalate" ? null : "verdict must be violation, benign or escalate.",
            named.All(policy => policy is not null && _known.Contains(policy)) ? null : $"policies may name: {_names}.",
            named.Distinct().Count() == named.Length ? null : "policies may name a policy once.",
            body.Verdict == "violation" && named.Length == 0 ? $"A violation names the policies it breaks: {_names}." : null,
            body.Verdict == "benign" && named.Length > 0 ? "A benign verdict names no policies." : null,
            FaultOfSeconds(body.SecondsSpent),
            FaultOfText("note", body.Note),
        ];
        return Join(faults);
    }

    public static string? FaultsOf(SkipBody body) => Join([FaultOfSeconds(body.SecondsSpent), FaultOfText("reason", body.Reason)]);

    private static string? FaultOfSeconds(double? seconds) =>
        seconds is null or (>= 0 and <= VerdictCall.MostSeconds) ? null : $"seconds_spent must be 0 to {VerdictCall.MostSeconds}.";

    private static string? FaultOfText(string field, string? text) => text is { Length: > VerdictCall.LongestNote } ? $"{field} may have {VerdictCall.LongestNote} characters." : null;

    private static string? Join(IEnumerable<string?> faults) => string.Join(' ', faults.OfType<string>()) is { Length: > 0 } all ? all : null;
}
