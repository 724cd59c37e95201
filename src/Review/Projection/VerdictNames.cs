using Vigil.Contracts.Wire;

namespace Vigil.Review.Projection;

/// <summary>Verdicts as REST and <c>status</c> spell them.</summary>
internal static class VerdictNames
{
    public static string Of(Decision.Types.Verdict verdict) => verdict switch
    {
        Decision.Types.Verdict.Violation => "violation",
        Decision.Types.Verdict.Benign => "benign",
        Decision.Types.Verdict.Escalate => "escalate",
        Decision.Types.Verdict.Skip => "skip",
        _ => "",
    };

    public static Decision.Types.Verdict? Parse(string? name) => name switch
    {
        "violation" => Decision.Types.Verdict.Violation,
        "benign" => Decision.Types.Verdict.Benign,
        "escalate" => Decision.Types.Verdict.Escalate,
        "skip" => Decision.Types.Verdict.Skip,
        _ => null,
    };
}
