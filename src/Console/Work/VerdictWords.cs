using Vigil.Review;

namespace Vigil.ReviewConsole.Work;

/// <summary>A verdict in a few words.</summary>
internal static class VerdictWords
{
    public static string Of(VerdictCall call) => call.Verdict == "violation" ? $"violation of {string.Join(", ", call.Policies)}" : call.Verdict;
}
