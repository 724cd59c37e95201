using System.Globalization;
using Microsoft.AspNetCore.Http;
using Vigil.Contracts;
using Vigil.Review;

namespace Vigil.ReviewConsole.Work;

/// <summary>A verdict as a form says it: one button, one value.</summary>
/// <param name="Call">Null: the form says none that there is.</param>
internal sealed record VerdictForm(string Id, long Epoch, VerdictCall? Call)
{
    private const string Violation = "violation:";
    private const string Skip = "skip:";

    public static string ViolationOf(string policy) => Violation + policy;

    /// <param name="reason">From 1.</param>
    public static string SkipOf(int reason) => Skip + reason.ToString(CultureInfo.InvariantCulture);

    public static VerdictForm Read(IFormCollection form, IReadOnlyList<Policy> policies)
    {
        long.TryParse(form["epoch"], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch);
        double.TryParse(form["seconds"], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds);
        var note = form["note"].ToString();
        var spent = double.IsFinite(seconds) ? Math.Clamp(seconds, 0, VerdictCall.MostSeconds) : 0;
        return new(form["id"].ToString(), epoch, note.Length > VerdictCall.LongestNote ? null : CallOf(form["verdict"].ToString(), policies, spent, note));
    }

    private static VerdictCall? CallOf(string verdict, IReadOnlyList<Policy> policies, double seconds, string note)
    {
        if (verdict is "benign" or "escalate")
        {
            return new(verdict, [], seconds, note, "");
        }

        if (verdict.StartsWith(Violation, StringComparison.Ordinal) && verdict[Violation.Length..] is var policy && policies.Any(known => known.Id == policy))
        {
            return new("violation", [policy], seconds, note, "");
        }

        return verdict.StartsWith(Skip, StringComparison.Ordinal)
            && int.TryParse(verdict.AsSpan(Skip.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var reason)
            && reason >= 1 && reason <= WorkCard.SkipReasons.Count
            ? new("skip", [], seconds, note, WorkCard.SkipReasons[reason - 1])
            : null;
    }
}
